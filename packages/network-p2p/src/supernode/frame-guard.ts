import type { Stream, StreamMessageEvent } from "@libp2p/interface";

/** What a guard of frames allows. */
export interface FrameLimits {
  /** Longest frame, bytes. */
  readonly maxFrameBytes: number;
  /** `first`: bytes after the first frame are no frames, as on a relayed connection. */
  readonly frames: "first" | "all";
}

/** Longest varint of a length, bytes. */
const MAX_LENGTH_BYTES = 4;

/**
 * Reads along on a stream of frames (varint length, then so many bytes) and resets it at the length of one that is too long,
 * before libp2p keeps its bytes: its own limit is 4 MiB. `admit` is asked for each frame as it begins; a no resets the
 * stream too. To be called right before the stream's handler, which must listen at once.
 */
export function guardFrames(
  stream: Stream,
  { frames, maxFrameBytes }: FrameLimits,
  { admit, onOversize }: { readonly admit: () => boolean; readonly onOversize: () => void },
): void {
  let length = 0;
  let lengthBytes = 0;
  let bodyLeft = 0;

  const end = (reason: string): void => {
    stream.removeEventListener("message", read);
    stream.abort(new Error(reason));
  };
  /** Takes one byte of a length. Says whether reading goes on. */
  const takeLength = (byte: number): boolean => {
    length += (byte & 0x7f) * 2 ** (7 * lengthBytes);
    lengthBytes += 1;
    const isOver = byte < 0x80;
    if (length > maxFrameBytes || (!isOver && lengthBytes === MAX_LENGTH_BYTES)) {
      onOversize();
      end("the frame is too long");
      return false;
    }
    if (!isOver) return true;
    bodyLeft = length;
    length = 0;
    lengthBytes = 0;
    if (!admit()) {
      end("too many requests");
      return false;
    }
    if (frames === "first") stream.removeEventListener("message", read);
    return frames === "all";
  };
  function read({ data }: StreamMessageEvent): void {
    const bytes = data instanceof Uint8Array ? data : data.subarray();
    for (let at = 0; at < bytes.byteLength; ) {
      const step = Math.min(bodyLeft, bytes.byteLength - at);
      bodyLeft -= step;
      at += step;
      const byte = bytes[at];
      if (byte === undefined) return;
      at += 1;
      if (!takeLength(byte)) return;
    }
  }
  stream.addEventListener("message", read);
}
