import { type CloseReason, MAX_MESSAGE_BYTES } from "@skein/core";

/**
 * What runs inside Noise: a frame is its kind (1 byte), the size of its body (4 bytes, big-endian) and the body. The close
 * reason stands here and not in the pipe's close, so that no server can pretend an end that was not said.
 */
export type ChannelFrame =
  /** Kind 0; at most `MAX_MESSAGE_BYTES`. */
  | { readonly kind: "message"; readonly bytes: Uint8Array }
  /** Kind 1; the body is one byte, the place of the reason in {@link CLOSE_REASONS}. Nothing follows it. */
  | { readonly kind: "close"; readonly reason: CloseReason };

const MESSAGE = 0;
const CLOSE = 1;
const HEADER_BYTES = 5;

/** Close reasons by their number on the wire. */
const CLOSE_REASONS: readonly CloseReason[] = ["done", "superseded", "stopped", "lost", "protocol-error"];

/** Writes a frame. */
export function encodeChannelFrame(frame: ChannelFrame): Uint8Array {
  const body = frame.kind === "message" ? frame.bytes : Uint8Array.of(CLOSE_REASONS.indexOf(frame.reason));
  const bytes = new Uint8Array(HEADER_BYTES + body.byteLength);
  bytes[0] = frame.kind === "message" ? MESSAGE : CLOSE;
  new DataView(bytes.buffer).setUint32(1, body.byteLength);
  bytes.set(body, HEADER_BYTES);
  return bytes;
}

/** Cuts a stream of bytes into frames. */
export interface ChannelFrameReader {
  /** The frames that are complete now. Throws `RangeError` when the peer breaks the format; then it is of no more use. */
  push(bytes: Uint8Array): ChannelFrame[];
}

/** Makes a reader. It holds less than one frame besides what it was given. */
export function createChannelFrameReader(): ChannelFrameReader {
  let rest: Uint8Array = new Uint8Array(0);

  return {
    push(bytes) {
      rest = join(rest, bytes);
      const frames: ChannelFrame[] = [];
      while (rest.byteLength >= HEADER_BYTES) {
        const sizeBytes = new DataView(rest.buffer, rest.byteOffset).getUint32(1);
        check(rest[0], sizeBytes);
        if (rest.byteLength < HEADER_BYTES + sizeBytes) break;
        // A copy, and a plain one: in Node what arrives may be a view of a Buffer.
        frames.push(read(rest[0], new Uint8Array(rest.subarray(HEADER_BYTES, HEADER_BYTES + sizeBytes))));
        rest = rest.subarray(HEADER_BYTES + sizeBytes);
      }
      return frames;
    },
  };
}

function check(kind: number | undefined, sizeBytes: number): void {
  if (kind === MESSAGE && sizeBytes <= MAX_MESSAGE_BYTES) return;
  if (kind === CLOSE && sizeBytes === 1) return;
  throw new RangeError(kind === MESSAGE ? `a message of ${sizeBytes} bytes` : "an unknown frame");
}

function read(kind: number | undefined, body: Uint8Array): ChannelFrame {
  if (kind === MESSAGE) return { kind: "message", bytes: body };
  const reason = CLOSE_REASONS[body[0] ?? CLOSE_REASONS.length];
  if (reason === undefined) throw new RangeError("an unknown close reason");
  return { kind: "close", reason };
}

function join(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.byteLength === 0) return other;
  const both = new Uint8Array(one.byteLength + other.byteLength);
  both.set(one);
  both.set(other, one.byteLength);
  return both;
}
