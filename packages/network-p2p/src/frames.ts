import type { Stream } from "@libp2p/interface";
import { NetworkError } from "@skein/core";
import * as lengthPrefixed from "it-length-prefixed";
import { pipe } from "it-pipe";
import { CLOSE_TIMEOUT_MS, SEND_LOW_BYTES, STREAM_HIGH_BYTES } from "./defaults.ts";
import { messageSource } from "./message-source.ts";
import { toNetworkError } from "./network-errors.ts";

/** Length-prefixed frames over one libp2p stream; every protocol of this package speaks through it. */
export interface Frames {
  /**
   * Frames in the order sent. Ends when the other side ends its half; throws `InvalidDataLengthError` for a frame that
   * claims to be longer than allowed (before any of it is kept), and the reset's error for a reset. Iterate once.
   */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Resolves once little is unsent. Rejects `too-large` or `closed`. */
  send(frame: Uint8Array): Promise<void>;
  /** Ends our half after what is buffered was sent; resets the stream when that takes too long. Never rejects. */
  end(): Promise<void>;
  /** Resets the stream at once. */
  abort(reason: string): void;
}

/** Wraps a stream (varint length, then the frame; as multiformats' unsigned-varint framing). */
export function openFrames(stream: Stream, maxFrameBytes: number): Frames {
  const incoming = pipe(
    () => messageSource(stream, STREAM_HIGH_BYTES),
    (source) => lengthPrefixed.decode(source, { maxDataLength: maxFrameBytes, maxLengthLength: 4 }),
    async function* (source) {
      for await (const frame of source) yield frame.subarray();
    },
  );
  return {
    incoming,
    async send(frame) {
      if (frame.byteLength > maxFrameBytes)
        throw new NetworkError("too-large", `${frame.byteLength} bytes, the limit is ${maxFrameBytes}`);
      try {
        stream.send(lengthPrefixed.encode.single(frame));
      } catch (error) {
        throw toNetworkError(error, "closed");
      }
      await drained(stream);
    },
    async end() {
      try {
        await stream.close({ signal: AbortSignal.timeout(CLOSE_TIMEOUT_MS) });
        resetUnlessClosed(stream);
      } catch (error) {
        stream.abort(toNetworkError(error, "closed"));
      }
    },
    abort: (reason) => stream.abort(new NetworkError("closed", reason)),
  };
}

/** The other side ends its half when it sees ours end; one that does not must not hold the stream. */
function resetUnlessClosed(stream: Stream): void {
  if (stream.status !== "open" && stream.status !== "closing") return;
  const timer = setTimeout(
    () => stream.abort(new NetworkError("closed", "the other side kept its half open")),
    CLOSE_TIMEOUT_MS,
  );
  stream.addEventListener("close", () => clearTimeout(timer), { once: true });
}

/**
 * Waits until little is unsent. Not `stream.onDrain()`: that promise is never renewed after the first drain, and nobody
 * catches it when the stream closes (@libp2p/utils 7.4.1, abstract-message-stream.ts).
 */
async function drained(stream: Stream): Promise<void> {
  while (stream.writableNeedsDrain || stream.writeBufferLength > SEND_LOW_BYTES) {
    if (stream.writeStatus !== "writable") throw new NetworkError("closed", "the stream closed while sending");
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stream.removeEventListener("drain", done);
        stream.removeEventListener("idle", done);
        stream.removeEventListener("close", done);
        resolve();
      };
      stream.addEventListener("drain", done);
      stream.addEventListener("idle", done);
      stream.addEventListener("close", done);
    });
  }
}
