import { isId, type UserId } from "@skein/core";
import { MAX_CARD_BYTES, MAX_TEXT_LENGTH } from "@skein/wire";
import * as v from "valibot";
import { isUndelivered, isUnread, type Message, type MessageId } from "./message.ts";
import type { StoredRequest } from "./store.ts";

/**
 * A message as it lies in IndexedDB. `outbox` and `unread` repeat its position while it waits to be delivered or to be
 * read: a row without the field is not in the index of that name, so that both indexes stay as small as what waits.
 */
export interface MessageRow extends Message {
  readonly outbox?: number;
  readonly unread?: number;
}

/** The row of a message. */
export function toRow(message: Message): MessageRow {
  return {
    ...message,
    ...(isUndelivered(message) ? { outbox: message.position } : {}),
    ...(isUnread(message) ? { unread: message.position } : {}),
  };
}

const user = v.custom<UserId>((value) => typeof value === "string" && isId(value));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const messageShape: v.GenericSchema<unknown, Message> = v.object({
  id: v.custom<MessageId>((value) => typeof value === "string" && /^[A-Za-z0-9_-]{22}$/.test(value)),
  conversation: user,
  direction: v.picklist(["outgoing", "incoming"]),
  body: v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_TEXT_LENGTH)),
  sentAt: count,
  storedAt: count,
  position: count,
  state: v.picklist(["queued", "sent", "held", "delivered", "read"]),
});

const requestShape: v.GenericSchema<unknown, StoredRequest> = v.object({
  user,
  card: v.pipe(
    v.instance(Uint8Array<ArrayBufferLike>),
    v.check((bytes) => bytes.byteLength <= MAX_CARD_BYTES),
  ),
  receivedAt: count,
});

/** Reads what lies on the disk as a message; `undefined` when it is none: another build or a broken disk wrote it. */
export function readMessageRow(row: unknown): Message | undefined {
  const result = v.safeParse(messageShape, row);
  return result.success ? result.output : undefined;
}

/** Reads what lies on the disk as a request; `undefined` when it is none. */
export function readRequestRow(row: unknown): StoredRequest | undefined {
  const result = v.safeParse(requestShape, row);
  return result.success ? result.output : undefined;
}
