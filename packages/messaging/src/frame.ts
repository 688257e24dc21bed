import { type ChatMessage, chatMessage, type Parsed } from "@skein/wire";
import type { Frame } from "./delivery-events.ts";
import { messageIdFromBytes, messageIdToBytes } from "./message.ts";

/** The bytes of a frame. */
export function encodeFrame(frame: Frame): Uint8Array {
  return chatMessage.encode(
    frame.kind === "text"
      ? { ...frame, id: messageIdToBytes(frame.id) }
      : { ...frame, ids: frame.ids.map(messageIdToBytes) },
  );
}

/** Reads bytes of the peer as a frame. */
export function decodeFrame(bytes: Uint8Array): Parsed<Frame> {
  const message = chatMessage.decode(bytes);
  return message.ok ? { ok: true, value: fromWire(message.value) } : message;
}

function fromWire(message: ChatMessage): Frame {
  return message.kind === "text"
    ? { ...message, id: messageIdFromBytes(message.id) }
    : { ...message, ids: message.ids.map(messageIdFromBytes) };
}
