import type { Clock, Live, Network, Path, Random, Report, Unsubscribe, UserId } from "@skein/core";
import { type Card, verifyCard } from "@skein/identity";
import { MAX_TEXT_LENGTH } from "@skein/wire";
import { createConversations } from "./conversations.ts";
import { MAX_PAGE } from "./defaults.ts";
import { MessagingError } from "./errors.ts";
import type { OwnIntroduction } from "./greeting.ts";
import { createListeners } from "./listeners.ts";
import type { Message } from "./message.ts";
import { openReception, type Reception } from "./reception.ts";
import type { MessagingChange, Relation } from "./records.ts";
import type { MessageStore, StoredRequest } from "./store.ts";

/** Someone who wrote and waits to be accepted; their messages are in the conversation of that user. */
export interface MessageRequest {
  readonly user: UserId;
  /** As they introduced themselves; checked. */
  readonly card: Card;
  readonly receivedAt: number;
}

/** One-to-one text with people, over whatever network there is just now. It outlives networks: see {@link Messaging.switchNetwork}. */
export interface Messaging {
  /** Loads what waits to be sent and starts. Rejects `storage`. */
  start(): Promise<void>;
  /** Closes every channel. What waits stays in the store; `start` may follow. */
  stop(): Promise<void>;
  /** Leaves the present network, if any, and goes on over this one. Neither is started or stopped. Conversations and outboxes stay. */
  switchNetwork(network: Network | undefined): Promise<void>;
  /**
   * Keeps a message and sees to its delivery; resolves once it is kept, with state `queued`. Rejects with a
   * `MessagingError`: `empty`, `too-long`, `not-a-contact`, `blocked`, `outbox-full`, `storage`, `stopped`.
   */
  send(user: UserId, body: string): Promise<Message>;
  /** Opens a channel now if there is none, so that the first message is quick and its path known. Says nothing of success. */
  connect(user: UserId): void;
  /** The newest messages before a position (all, when left out), oldest first; at most 200. */
  history(user: UserId, page: { readonly before?: number; readonly limit: number }): Promise<readonly Message[]>;
  /** Marks incoming messages up to and with this position as read; contacts hear of it unless receipts are withheld. */
  markRead(user: UserId, upTo: number): Promise<void>;
  unread(user: UserId): Promise<number>;
  /** The path of the channel we send on; `undefined` while there is none. The same value object at every call. */
  path(user: UserId): Live<Path | undefined>;
  /** Strangers who wrote, oldest first. */
  requests(): Promise<readonly MessageRequest[]>;
  /** Call it when a stranger became a contact, by whatever way; their messages stay where they are. */
  accept(user: UserId): Promise<void>;
  /** Removes a conversation with its request and outbox, and closes its channels: to decline, to block, to clear. */
  deleteConversation(user: UserId): Promise<void>;
  onChange(listener: (change: MessagingChange) => void): Unsubscribe;
  /** Hears of each stranger once, when their first message is kept. */
  onRequest(listener: (request: MessageRequest) => void): Unsubscribe;
}

/** What messaging works with. The functions are asked each time, so that what they say may change. */
export interface MessagingDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly store: MessageStore;
  readonly account: () => OwnIntroduction;
  readonly relation: (user: UserId) => Relation;
  readonly readReceipts: () => "send" | "withhold";
}

/** Makes it; without a network, and stopped. */
export function createMessaging(dependencies: MessagingDependencies): Messaging {
  const { store, relation } = dependencies;
  const changes = createListeners<MessagingChange>();
  const newRequests = createListeners<MessageRequest>();
  const conversations = createConversations({
    ...dependencies,
    onChange: changes.tell,
    onRequest(stored) {
      for (const request of readRequest(stored)) newRequests.tell(request);
    },
  });
  let phase: "stopped" | "started" = "stopped";
  let network: Network | undefined;
  let reception: Reception | undefined;
  let moving: Promise<void> = Promise.resolve();

  /** Brings things to where `phase` and `network` say they shall be; one move after the other. */
  function move(): Promise<void> {
    const moved = moving.then(async () => {
      reception?.end();
      reception = undefined;
      const next = phase === "started" ? network : undefined;
      await conversations.moveTo(next);
      if (next === undefined) return;
      reception = openReception(next, {
        ...dependencies,
        onIntroduced: (introduced) => void conversations.adopt(introduced),
      });
    });
    moving = moved.catch(() => {});
    return moved;
  }

  /** Requests of people who became contacts meanwhile are none any more; what waits is taken up again. */
  async function loadWaiting(): Promise<void> {
    for (const { user } of await store.requests()) if (relation(user) !== "stranger") await store.removeRequest(user);
    for (const user of await store.waiting()) await conversations.with(user);
  }

  return {
    async start() {
      if (phase === "started") return;
      phase = "started";
      try {
        await loadWaiting();
      } catch (error) {
        phase = "stopped";
        throw new MessagingError("storage", "The messages on this device cannot be read.", { cause: error });
      }
      await move();
    },
    async stop() {
      if (phase === "stopped") return;
      phase = "stopped";
      await move();
    },
    async switchNetwork(next) {
      network = next;
      await move();
    },
    async send(user, body) {
      const text = checkedText(body);
      if (phase === "stopped") throw new MessagingError("stopped", "Messages cannot be sent just now.");
      const standing = relation(user);
      if (standing === "blocked") throw new MessagingError("blocked", "You blocked this person.");
      if (standing === "stranger") throw new MessagingError("not-a-contact", "Add this person to your contacts first.");
      return await (await conversations.with(user)).send(text);
    },
    connect(user) {
      if (phase === "stopped" || relation(user) !== "contact") return;
      conversations.with(user).then(
        (conversation) => conversation.connect(),
        () => {},
      );
    },
    history: (user, page) => store.page(user, page.before, Math.min(page.limit, MAX_PAGE)),
    async markRead(user, upTo) {
      await (await conversations.with(user)).markRead(upTo);
    },
    unread: (user) => store.unread(user),
    path: conversations.path,
    async requests() {
      const stored = await store.requests();
      return stored.filter(({ user }) => relation(user) === "stranger").flatMap(readRequest);
    },
    accept: (user) => store.removeRequest(user),
    async deleteConversation(user) {
      await conversations.remove(user, () => store.deleteConversation(user));
      changes.tell({ kind: "deleted", conversation: user });
    },
    onChange: changes.add,
    onRequest: newRequests.add,
  };
}

/** A text that may be sent, with lone surrogates replaced as the wire would. Throws `empty` or `too-long`. */
function checkedText(body: string): string {
  if (body.trim() === "") throw new MessagingError("empty", "Write something first.");
  if (body.length > MAX_TEXT_LENGTH) {
    const sizes = `${body.length} characters; at most ${MAX_TEXT_LENGTH} fit in one message`;
    throw new MessagingError("too-long", `This message is too long: ${sizes}. Shorten it or send it in parts.`);
  }
  return body.toWellFormed();
}

/** The request with its card checked; none when the card does not hold. */
function readRequest({ user, card, receivedAt }: StoredRequest): readonly MessageRequest[] {
  const read = verifyCard(card);
  return read.ok && read.value.user === user ? [{ user, card: read.value, receivedAt }] : [];
}
