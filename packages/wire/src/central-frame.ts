import { type CentralReply, type CentralRequest, centralReply, centralRequest } from "./central.ts";
import type { Format, Parsed } from "./codec.ts";

/** How control messages and the bytes of pipes share one WebSocket: every binary message is one frame. */

/** Most bytes of a pipe in one frame. Smaller is fairer between pipes, larger is cheaper. */
export const MAX_PIPE_CHUNK_BYTES: number = 16 * 1024;

/** How many bytes a sender may have under way in one direction of a pipe before it needs credit. */
export const PIPE_WINDOW_BYTES: number = 256 * 1024;

/** Largest frame to the server, in bytes; a larger one ends the connection. */
export const MAX_REQUEST_FRAME_BYTES: number = centralRequest.maxBytes + 1;

/** Largest frame from the server, in bytes. */
export const MAX_REPLY_FRAME_BYTES: number = centralReply.maxBytes + 1;

const CONTROL = 0;
const DATA = 1;
const DATA_HEADER_BYTES = 5;

/**
 * One frame. Control: `0x00`, then CBOR. Data: `0x01`, the pipe's number (4 bytes, big-endian), then 1 to
 * {@link MAX_PIPE_CHUNK_BYTES} bytes.
 */
export type CentralFrame<Message> =
  | { readonly kind: "control"; readonly message: Message }
  /** `bytes` is a view of the frame it was read from. */
  | { readonly kind: "data"; readonly pipe: number; readonly bytes: Uint8Array };

/** Writes a control frame to the server. Throws `RangeError` for a message that breaks the schema: a bug. */
export function encodeRequestFrame(message: CentralRequest): Uint8Array<ArrayBuffer> {
  return controlFrame(centralRequest.encode(message));
}

/** Writes a control frame to a device. Throws `RangeError` for a message that breaks the schema: a bug. */
export function encodeReplyFrame(message: CentralReply): Uint8Array<ArrayBuffer> {
  return controlFrame(centralReply.encode(message));
}

/** Writes a data frame. Throws `RangeError` for no bytes or more than {@link MAX_PIPE_CHUNK_BYTES}. */
export function encodeDataFrame(pipe: number, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!fitsChunk(bytes.byteLength)) throw new RangeError(`a chunk has 1 to ${MAX_PIPE_CHUNK_BYTES} bytes`);
  const frame = new Uint8Array(DATA_HEADER_BYTES + bytes.byteLength);
  frame[0] = DATA;
  new DataView(frame.buffer).setUint32(1, pipe);
  frame.set(bytes, DATA_HEADER_BYTES);
  return frame;
}

/** Reads a hostile frame to the server. */
export function decodeRequestFrame(bytes: Uint8Array): Parsed<CentralFrame<CentralRequest>> {
  return decodeFrame(bytes, centralRequest);
}

/** Reads a hostile frame from a server. */
export function decodeReplyFrame(bytes: Uint8Array): Parsed<CentralFrame<CentralReply>> {
  return decodeFrame(bytes, centralReply);
}

function decodeFrame<Message>(bytes: Uint8Array, format: Format<Message>): Parsed<CentralFrame<Message>> {
  if (bytes[0] === CONTROL) {
    const parsed = format.decode(bytes.subarray(1));
    return parsed.ok ? { ok: true, value: { kind: "control", message: parsed.value } } : parsed;
  }
  if (bytes[0] !== DATA) return { ok: false, reason: "central-frame: unknown kind" };
  if (!fitsChunk(bytes.byteLength - DATA_HEADER_BYTES)) return { ok: false, reason: "central-frame: size of a chunk" };
  const pipe = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1);
  return { ok: true, value: { kind: "data", pipe, bytes: bytes.subarray(DATA_HEADER_BYTES) } };
}

function controlFrame(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(1 + body.byteLength);
  frame[0] = CONTROL;
  frame.set(body, 1);
  return frame;
}

function fitsChunk(sizeBytes: number): boolean {
  return sizeBytes >= 1 && sizeBytes <= MAX_PIPE_CHUNK_BYTES;
}
