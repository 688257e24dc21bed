import { fromBase64Url, type Random, toBase64Url, type UserId } from "@skein/core";

declare const brand: unique symbol;

/** Names one message in its conversation: 16 random bytes, base64url, 22 characters. */
export type MessageId = string & { readonly [brand]: "MessageId" };

/**
 * How far a message has come. Outgoing: `queued` → `sent` (a channel took it) → `held` (others keep it for the peer) →
 * `delivered` (the peer's device stored it) → `read`. Incoming: `delivered` → `read`. It never moves back.
 */
export type MessageState = "queued" | "sent" | "held" | "delivered" | "read";

/** One message of one conversation as this device keeps it. Times in ms since 1970. */
export interface Message {
  readonly id: MessageId;
  /** The other person. */
  readonly conversation: UserId;
  readonly direction: "outgoing" | "incoming";
  readonly body: string;
  /** When its author says they sent it, never later than `storedAt`. For show only: nothing is ordered by it. */
  readonly sentAt: number;
  /** When this device stored it, by its own clock. For show only. */
  readonly storedAt: number;
  /** Its place in the conversation on this device: rises by one with every message stored. The order of history. */
  readonly position: number;
  readonly state: MessageState;
}

/** A message before the store gives it its place. */
export type NewMessage = Omit<Message, "position">;

const RANK: Readonly<Record<MessageState, number>> = { queued: 0, sent: 1, held: 2, delivered: 3, read: 4 };

/** Says whether `next` is further on than `present`. */
export function isFurther(next: MessageState, present: MessageState): boolean {
  return RANK[next] > RANK[present];
}

/** Says whether a message still has to reach the peer's device. */
export function isUndelivered(message: Pick<Message, "direction" | "state">): boolean {
  return message.direction === "outgoing" && isFurther("delivered", message.state);
}

/** Says whether a message waits to be read here. */
export function isUnread(message: Pick<Message, "direction" | "state">): boolean {
  return message.direction === "incoming" && message.state === "delivered";
}

/** A fresh id. */
export function createMessageId(random: Random): MessageId {
  return messageIdFromBytes(random.bytes(16));
}

/** Writes 16 bytes of the wire as an id. */
export function messageIdFromBytes(bytes: Uint8Array): MessageId {
  return toBase64Url(bytes) as MessageId;
}

/** The 16 bytes of an id as they cross the wire. */
export function messageIdToBytes(id: MessageId): Uint8Array {
  return fromBase64Url(id);
}
