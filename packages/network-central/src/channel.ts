import {
  type Channel,
  type Clock,
  type CloseReason,
  createLive,
  MAX_MESSAGE_BYTES,
  NetworkError,
  type Path,
} from "@skein/core";
import { type ChannelFrame, createChannelFrameReader, encodeChannelFrame } from "./channel-frame.ts";
import { CLOSE_TIMEOUT_MS, UNREAD_HIGH_BYTES, UNREAD_MESSAGE_BYTES } from "./defaults.ts";
import type { Secured } from "./handshake.ts";
import type { PipeStream } from "./pipe-stream.ts";
import { createUnread } from "./unread.ts";

/** `closing`: our close is on its way; nothing more is read or taken to send until the other side has ended the pipe. */
type State =
  | { readonly kind: "open" }
  | { readonly kind: "closing"; readonly reason: CloseReason; readonly done: Promise<void> }
  | { readonly kind: "closed" };

/** What a channel needs: the encrypted stream, the pipe under it, the time, and whom to tell of a peer that misbehaves. */
export interface ChannelDependencies {
  readonly secured: Secured;
  readonly pipe: PipeStream;
  readonly clock: Clock;
  readonly onBadPeer: (reason: string) => void;
}

/** Makes the channel over a finished handshake. `by` is the address of the server. Rules CH*, CE22–CE26. */
export function createChannel(options: { readonly by: string }, dependencies: ChannelDependencies): Channel {
  const { secured, pipe, clock, onBadPeer } = dependencies;
  const { stream } = secured;
  const path = createLive<Path>({ kind: "central", by: options.by });
  const unread = createUnread({ overheadBytes: UNREAD_MESSAGE_BYTES }, { onTaken });
  const reader = createChannelFrameReader();
  const closed = Promise.withResolvers<CloseReason>();
  let state: State = { kind: "open" };
  /** Sends stand in line, so that one message is buffered and not all of them. */
  let line: Promise<void> = Promise.resolve();

  stream.addEventListener("message", (event) => receive(event.data.subarray()));
  stream.addEventListener("close", (event) => {
    if (state.kind === "closed") return;
    const altered = event.error !== undefined && event.local === true;
    if (altered) onBadPeer(event.error?.message ?? "");
    settle(altered ? "protocol-error" : "lost");
  });
  // It may have ended before anyone listened; what it brought until then is still read.
  if (pipe.status !== "open") queueMicrotask(() => settle("lost"));

  function onTaken(): void {
    if (unread.sizeBytes <= UNREAD_HIGH_BYTES / 2) pipe.release();
  }

  function receive(bytes: Uint8Array): void {
    if (state.kind === "closed") return;
    let frames: ChannelFrame[];
    try {
      frames = reader.push(bytes);
    } catch (error) {
      onBadPeer(error instanceof Error ? error.message : String(error));
      pipe.end("protocol-error");
      settle("protocol-error");
      return;
    }
    for (const frame of frames) {
      if (frame.kind === "message") unread.push(frame.bytes);
      else settle(frame.reason);
    }
    if (unread.sizeBytes > UNREAD_HIGH_BYTES) pipe.hold();
  }

  /** The end. A close of our own keeps its reason; the reader still gets what came before. */
  function settle(reason: CloseReason): void {
    if (state.kind === "closed") return;
    const settled = state.kind === "closing" ? state.reason : reason;
    state = { kind: "closed" };
    pipe.end("ended");
    unread.finish();
    closed.resolve(settled);
  }

  async function write(frame: ChannelFrame): Promise<void> {
    if (state.kind === "closed") throw new NetworkError("closed", "the channel is closed");
    stream.send(encodeChannelFrame(frame));
    await flushed();
  }

  /** Resolves when nothing waits to be sent; rejects `closed` when the stream ends first. */
  function flushed(): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const ended = pipe.status !== "open";
        if (!ended && stream.writeBufferLength + pipe.writeBufferLength > 0) return;
        for (const each of [stream, pipe]) {
          each.removeEventListener("idle", look);
          each.removeEventListener("close", look);
        }
        if (ended) reject(new NetworkError("closed", "the channel closed before the message was sent"));
        else resolve();
      };
      for (const each of [stream, pipe]) {
        each.addEventListener("idle", look);
        each.addEventListener("close", look);
      }
      look();
    });
  }

  /** The other side ends the pipe when it has read our close, so nothing that was sent is cut off. */
  async function finish(reason: CloseReason): Promise<void> {
    unread.discard();
    // It may read slowly or never.
    const cancel = clock.at(clock.now() + CLOSE_TIMEOUT_MS, () => settle(reason));
    await line.then(() => write({ kind: "close", reason })).catch(() => {});
    await closed.promise;
    cancel();
  }

  return {
    peer: secured.peer,
    path,
    incoming: unread.messages,
    closed: closed.promise,
    send(message) {
      if (message.byteLength > MAX_MESSAGE_BYTES)
        return Promise.reject(
          new NetworkError("too-large", `a message has at most ${MAX_MESSAGE_BYTES} bytes, not ${message.byteLength}`),
        );
      if (state.kind !== "open") return Promise.reject(new NetworkError("closed", "the channel is closed"));
      const sent = line.then(() => write({ kind: "message", bytes: message }));
      line = sent.catch(() => {});
      return sent;
    },
    async close(reason) {
      if (state.kind === "open") state = { kind: "closing", reason, done: finish(reason) };
      if (state.kind === "closing") await state.done;
    },
  };
}
