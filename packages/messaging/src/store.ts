import type { UserId } from "@skein/core";
import type { Message, MessageId, MessageState, NewMessage } from "./message.ts";

/** Someone who wrote and is not an accepted contact. */
export interface StoredRequest {
  readonly user: UserId;
  /** Their signed contact card as they introduced themselves. */
  readonly card: Uint8Array;
  /** When they first wrote, ms since 1970. */
  readonly receivedAt: number;
}

/** What became of a message given to the store. `duplicate`: its id is in the conversation; the first one stays as it is. */
export type Added = { readonly kind: "added"; readonly message: Message } | { readonly kind: "duplicate" };

/** The same for a stranger's message. `full`: one of the bounds is reached and nothing was kept. */
export type AddedRequested =
  | { readonly kind: "added"; readonly message: Message; readonly request: "new" | "known" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "full" };

/** How much strangers may leave. */
export interface RequestBounds {
  readonly requests: number;
  readonly messagesEach: number;
}

/** Says whether one more message of a stranger may be kept, by what is kept already. */
export function hasRoom(
  bounds: RequestBounds,
  kept: { readonly request: "new" | "known"; readonly requests: number; readonly messages: number },
): boolean {
  return kept.messages < bounds.messagesEach && (kept.request === "known" || kept.requests < bounds.requests);
}

/**
 * Where messages are kept. Each call is one transaction: it happens whole or not at all, and once it has resolved the
 * message survives the process. Contract: docs/spec/messaging.md, rules MS32 to MS39; implementations:
 * `indexeddb-store.ts` in a page, `memory-store.ts` in tests and for those who keep nothing.
 */
export interface MessageStore {
  /** Keeps a message at the end of its conversation, unless its id is there already. */
  add(message: NewMessage): Promise<Added>;
  /** Keeps a stranger's message and their request with it, within bounds. */
  addRequested(message: NewMessage, request: StoredRequest, bounds: RequestBounds): Promise<AddedRequested>;
  /** Moves outgoing messages of a conversation on; resolves with those that moved. The others stay as they are. */
  advance(conversation: UserId, ids: readonly MessageId[], state: MessageState): Promise<readonly Message[]>;
  /** Marks incoming messages up to and with a position as read; resolves with those that were not. */
  markRead(conversation: UserId, upTo: number): Promise<readonly Message[]>;
  /** The newest `limit` messages before a position (all, when left out), oldest first. */
  page(conversation: UserId, before: number | undefined, limit: number): Promise<readonly Message[]>;
  /** Outgoing messages that have not reached the peer, oldest first. */
  outbox(conversation: UserId): Promise<readonly Message[]>;
  /** The conversations whose outbox is not empty. */
  waiting(): Promise<readonly UserId[]>;
  /** How many incoming messages are not read. */
  unread(conversation: UserId): Promise<number>;
  /** Strangers who wrote, oldest first. */
  requests(): Promise<readonly StoredRequest[]>;
  /** Forgets that someone is a stranger; their messages stay. */
  removeRequest(user: UserId): Promise<void>;
  /** Removes a conversation, and its request if there is one. */
  deleteConversation(conversation: UserId): Promise<void>;
  /** Ends it; later calls reject. */
  close(): void;
}
