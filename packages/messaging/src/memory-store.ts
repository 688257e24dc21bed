import type { UserId } from "@skein/core";
import { isFurther, isUndelivered, isUnread, type Message, type NewMessage } from "./message.ts";
import {
  type Added,
  type AddedRequested,
  hasRoom,
  type MessageStore,
  type RequestBounds,
  type StoredRequest,
} from "./store.ts";

/** A store that is gone with the process: for tests, bots and benchmarks. */
export function createMemoryStore(): MessageStore {
  const conversations = new Map<UserId, Message[]>();
  const requests = new Map<UserId, StoredRequest>();
  let closed = false;

  const messagesOf = (conversation: UserId): readonly Message[] => conversations.get(conversation) ?? [];

  function append(message: NewMessage): Added {
    const present = conversations.get(message.conversation) ?? [];
    if (present.some(({ id }) => id === message.id)) return { kind: "duplicate" };
    const placed: Message = { ...message, position: (present.at(-1)?.position ?? 0) + 1 };
    conversations.set(message.conversation, [...present, placed]);
    return { kind: "added", message: placed };
  }

  function appendRequested(message: NewMessage, request: StoredRequest, bounds: RequestBounds): AddedRequested {
    const present = messagesOf(message.conversation);
    const standing = requests.has(request.user) ? "known" : "new";
    const room = hasRoom(bounds, { request: standing, requests: requests.size, messages: present.length });
    if (!room && !present.some(({ id }) => id === message.id)) return { kind: "full" };
    const added = append(message);
    if (added.kind === "duplicate") return added;
    if (standing === "new") requests.set(request.user, request);
    return { ...added, request: standing };
  }

  function change(conversation: UserId, wanted: (message: Message) => boolean, state: Message["state"]): Message[] {
    const changed: Message[] = [];
    const next = messagesOf(conversation).map((message) => {
      if (!wanted(message)) return message;
      const moved = { ...message, state };
      changed.push(moved);
      return moved;
    });
    if (changed.length > 0) conversations.set(conversation, next);
    return changed;
  }

  /** Every call is one turn, so that it is one transaction. */
  async function transact<T>(work: () => T): Promise<T> {
    if (closed) throw new Error("the message store is closed");
    return work();
  }

  return {
    add: (message) => transact(() => append(message)),
    addRequested: (message, request, bounds) => transact(() => appendRequested(message, request, bounds)),
    advance: (conversation, ids, state) =>
      transact(() => {
        const named = new Set(ids);
        const moves = (message: Message): boolean =>
          named.has(message.id) && message.direction === "outgoing" && isFurther(state, message.state);
        return change(conversation, moves, state);
      }),
    markRead: (conversation, upTo) =>
      transact(() => change(conversation, (message) => isUnread(message) && message.position <= upTo, "read")),
    page: (conversation, before = Number.POSITIVE_INFINITY, limit) =>
      transact(() => {
        const earlier = messagesOf(conversation).filter(({ position }) => position < before);
        return earlier.slice(Math.max(0, earlier.length - limit));
      }),
    outbox: (conversation) => transact(() => messagesOf(conversation).filter(isUndelivered)),
    waiting: () =>
      transact(() => [...conversations].filter(([, messages]) => messages.some(isUndelivered)).map(([user]) => user)),
    unread: (conversation) => transact(() => messagesOf(conversation).filter(isUnread).length),
    requests: () => transact(() => [...requests.values()].sort((one, other) => one.receivedAt - other.receivedAt)),
    removeRequest: (user) => transact(() => void requests.delete(user)),
    deleteConversation: (conversation) =>
      transact(() => {
        conversations.delete(conversation);
        requests.delete(conversation);
      }),
    close() {
      closed = true;
    },
  };
}
