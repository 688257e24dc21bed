/**
 * One-to-one text that arrives once, in order, over any `Network`, and waits in an outbox for people who are away.
 *
 * Main path: `messaging.ts` (what an app calls) → `conversation.ts` (drives one conversation over its channels) →
 * `delivery.ts` (the machine that decides what is sent, when to dial and what was delivered) → `store.ts` (the port to the
 * disk; IndexedDB and memory behind it) → `greeting.ts` (who is at the other end of a channel).
 * Left out: choosing and starting a network, contacts, groups, and mail that others hold for a person who is away: that
 * will be one more output of the delivery machine, beside `dial` and `write`; the state `held` is there for it.
 *
 * @module
 */
export { isMessagingError, MessagingError, type MessagingErrorCode } from "./errors.ts";
export type { OwnIntroduction } from "./greeting.ts";
export { openIndexedDbStore } from "./indexeddb-store.ts";
export { createMemoryStore } from "./memory-store.ts";
export type { Message, MessageId, MessageState, NewMessage } from "./message.ts";
export { createMessaging, type MessageRequest, type Messaging, type MessagingDependencies } from "./messaging.ts";
export type { MessagingChange, Relation } from "./records.ts";
export {
  type Added,
  type AddedRequested,
  hasRoom,
  type MessageStore,
  type RequestBounds,
  type StoredRequest,
} from "./store.ts";
