import type { Stream } from "@libp2p/interface";
import {
  type Channel,
  type CloseReason,
  createLive,
  type DeviceId,
  isNetworkError,
  MAX_MESSAGE_BYTES,
  NetworkError,
  type Path,
} from "@skein/core";
import { CHANNEL_HIGH_BYTES } from "./defaults.ts";
import { type Frames, openFrames } from "./frames.ts";
import { createMessageQueue } from "./message-queue.ts";
import { MAX_CHANNEL_FRAME_BYTES } from "./specification.ts";

/** First byte of a frame: a message, or the last frame, which carries the reason. */
const MESSAGE = 0;
const CLOSE = 1;

/** Reasons by their number on the wire; the order is part of the protocol. */
const REASONS: readonly CloseReason[] = ["done", "superseded", "stopped", "lost", "protocol-error"];

/** Makes a channel of a fresh libp2p stream to a proven peer; `onFrame` hears the size of each, in and out. */
export function openChannel(
  stream: Stream,
  peer: DeviceId,
  path: Path,
  onFrame: (bytes: number) => void = () => {},
): Channel {
  const frames = openFrames(stream, MAX_CHANNEL_FRAME_BYTES);
  const queue = createMessageQueue(CHANNEL_HIGH_BYTES);
  const closed = Promise.withResolvers<CloseReason>();
  let state: "open" | "closing" | "closed" = "open";
  let closing: Promise<void> | undefined;

  const finish = (reason: CloseReason): void => {
    state = "closed";
    queue.end();
    closed.resolve(reason);
  };
  const close = async (reason: CloseReason): Promise<void> => {
    if (state === "closed") return;
    state = "closing";
    queue.end();
    await frames.send(Uint8Array.of(CLOSE, REASONS.indexOf(reason))).catch(() => {});
    await frames.end();
    finish(reason);
  };
  const closeOnce = (reason: CloseReason): Promise<void> => {
    closing ??= close(reason);
    return closing;
  };
  const pump = async (): Promise<CloseReason> => {
    for await (const frame of frames.incoming) {
      const kind = frame[0];
      if (kind === CLOSE) return REASONS[frame[1] ?? -1] ?? "protocol-error";
      if (kind !== MESSAGE) return "protocol-error";
      onFrame(frame.byteLength);
      // A copy, and a plain array: the frame may be a view of more, and of Node's own kind.
      await queue.push(new Uint8Array(frame.subarray(1)));
    }
    return "lost";
  };
  // A reader that does not read must not keep us from hearing the end.
  stream.addEventListener("close", () => queue.release());
  pump().then(
    async (reason) => {
      // The other side is leaving: what it sent stays readable, and our half ends too.
      if (state === "open") finish(reason);
      if (reason === "protocol-error") await sayBroken(frames);
      await frames.end();
    },
    async (error: unknown) => {
      const reason = isReset(error) ? "lost" : "protocol-error";
      if (reason === "protocol-error") await sayBroken(frames);
      if (state === "open") finish(reason);
      frames.abort("the channel broke");
    },
  );

  return {
    peer,
    path: createLive(path),
    incoming: queue.messages,
    closed: closed.promise,
    async send(message) {
      if (message.byteLength > MAX_MESSAGE_BYTES)
        throw new NetworkError("too-large", `${message.byteLength} bytes, a channel carries ${MAX_MESSAGE_BYTES}`);
      if (state !== "open") throw new NetworkError("closed", "the channel is closed");
      const frame = new Uint8Array(message.byteLength + 1);
      frame.set(message, 1);
      onFrame(frame.byteLength);
      await frames.send(frame);
    },
    close: closeOnce,
  };
}

async function sayBroken(frames: Frames): Promise<void> {
  await frames.send(Uint8Array.of(CLOSE, REASONS.indexOf("protocol-error"))).catch(() => {});
  await frames.end();
}

/** Errors of the framing are the peer's fault; all others mean the stream or its connection went away. */
function isReset(error: unknown): boolean {
  const name = error instanceof Error ? error.name : "";
  return (
    !name.startsWith("InvalidData") && !name.startsWith("InvalidMessageLength") && !isNetworkError(error, "too-large")
  );
}
