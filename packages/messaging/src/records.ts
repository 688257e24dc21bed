import type { Clock, Random, Report, UserId } from "@skein/core";
import type { Introduced } from "@skein/identity";
import { MAX_REQUEST_MESSAGES, MAX_REQUESTS } from "./defaults.ts";
import type { Frame } from "./delivery-events.ts";
import { MessagingError } from "./errors.ts";
import { createMessageId, type Message, type MessageId, type NewMessage } from "./message.ts";
import type { Added, AddedRequested, MessageStore, StoredRequest } from "./store.ts";

/** What this profile holds of a person: messages of a stranger wait as a request, those of a blocked one are refused. */
export type Relation = "contact" | "stranger" | "blocked";

/** What changed in the messages kept here. */
export type MessagingChange =
  | { readonly kind: "added"; readonly message: Message }
  /** Messages of one conversation whose state moved on. */
  | { readonly kind: "moved"; readonly conversation: UserId; readonly messages: readonly Message[] }
  | { readonly kind: "deleted"; readonly conversation: UserId };

/** The messages of one conversation in the store: one change after the other, each told to those who listen. */
export interface Records {
  /** Keeps a new message of ours, then calls `onKept`. Rejects `outbox-full` and `storage`. */
  compose(body: string, room: () => boolean, onKept: (message: Message) => void): Promise<Message>;
  /** Keeps a text of the peer. `refused`: blocked, or a stranger out of bounds. `failed`: the store could not. Never rejects. */
  keep(text: Frame & { kind: "text" }, peer: Introduced): Promise<"kept" | "refused" | "failed">;
  /** Moves our messages on. Never rejects. */
  advance(ids: readonly MessageId[], state: "sent" | "delivered" | "read"): Promise<void>;
  /** Marks what was read here; resolves with those their author may hear of. Rejects `storage`. */
  markRead(upTo: number): Promise<readonly MessageId[]>;
  /** Resolves when everything asked for so far is done. */
  settled(): Promise<void>;
}

/** What keeping records needs. */
export interface RecordsDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly store: MessageStore;
  readonly relation: (user: UserId) => Relation;
  readonly readReceipts: () => "send" | "withhold";
  readonly onChange: (change: MessagingChange) => void;
  readonly onRequest: (request: StoredRequest) => void;
}

/** Makes the record keeping of a conversation. */
export function createRecords(user: UserId, dependencies: RecordsDependencies): Records {
  const { clock, random, report, store, relation, readReceipts, onChange, onRequest } = dependencies;
  let tail: Promise<unknown> = Promise.resolve();

  /** One after the other: the order in which things happened is the order in which they are kept. */
  function inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = tail.then(work);
    tail = result.catch(() => {});
    return result;
  }

  function failed(error: unknown): MessagingError {
    const reason = error instanceof Error ? error.message : String(error);
    report({ name: "store.failed", store: "messages", reason });
    return new MessagingError("storage", "This message could not be kept on this device.", { cause: error });
  }

  async function orStorageError<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw failed(error);
    }
  }

  function addIncoming(message: NewMessage, peer: Introduced): Promise<Added | AddedRequested> {
    if (relation(user) === "contact") return store.add(message);
    const request: StoredRequest = { user, card: peer.card.bytes, receivedAt: message.storedAt };
    return store.addRequested(message, request, { requests: MAX_REQUESTS, messagesEach: MAX_REQUEST_MESSAGES });
  }

  async function keepNow(text: Frame & { kind: "text" }, peer: Introduced): Promise<"kept" | "refused"> {
    if (relation(user) === "blocked") return "refused";
    const now = clock.now();
    const { id, body } = text;
    const sentAt = Math.min(text.sentAt, now);
    const message = { id, conversation: user, body, sentAt, storedAt: now } as const;
    const added = await addIncoming({ ...message, direction: "incoming", state: "delivered" }, peer);
    if (added.kind === "full") return "refused";
    if (added.kind === "duplicate") return "kept";
    report({ name: "message.received", id, peer: user, ageMs: now - sentAt });
    onChange({ kind: "added", message: added.message });
    if ("request" in added && added.request === "new") onRequest({ user, card: peer.card.bytes, receivedAt: now });
    return "kept";
  }

  return {
    compose: (body, room, onKept) =>
      inOrder(async () => {
        if (!room()) throw new MessagingError("outbox-full", "Too many messages wait for this person already.");
        const now = clock.now();
        const message = { id: createMessageId(random), conversation: user, body, sentAt: now, storedAt: now } as const;
        const added = await orStorageError(store.add({ ...message, direction: "outgoing", state: "queued" }));
        if (added.kind === "duplicate") throw failed("an id was drawn twice");
        report({ name: "message.queued", id: message.id, peer: user });
        onChange({ kind: "added", message: added.message });
        onKept(added.message);
        return added.message;
      }),
    keep: (text, peer) =>
      inOrder(async () => {
        try {
          return await keepNow(text, peer);
        } catch (error) {
          failed(error);
          return "failed";
        }
      }),
    advance: (ids, state) =>
      inOrder(async () => {
        try {
          const messages = await store.advance(user, ids, state);
          for (const { id } of messages) report({ name: `message.${state}`, id, peer: user });
          if (messages.length > 0) onChange({ kind: "moved", conversation: user, messages });
        } catch (error) {
          failed(error);
        }
      }),
    markRead: (upTo) =>
      inOrder(async () => {
        const messages = await orStorageError(store.markRead(user, upTo));
        if (messages.length > 0) onChange({ kind: "moved", conversation: user, messages });
        const tells = relation(user) === "contact" && readReceipts() === "send";
        return tells ? messages.map(({ id }) => id) : [];
      }),
    async settled() {
      await tail;
    },
  };
}
