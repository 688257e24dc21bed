import type { MessageStream, StreamCloseEvent, StreamMessageEvent } from "@libp2p/interface";

/** Bytes as a libp2p stream delivers them: one array or a list of arrays. */
export type StreamBytes = StreamMessageEvent["data"];

/**
 * Reads a libp2p stream at the pace of its reader: what is not taken beyond `highBytes` pauses the stream, so that the
 * sender has to wait. (The iterator of libp2p itself buffers without end.) Ends when the other side ends; throws when
 * the stream is reset. Iterate once.
 */
export async function* messageSource(stream: MessageStream, highBytes: number): AsyncGenerator<StreamBytes> {
  const chunks: StreamBytes[] = [];
  let bufferedBytes = 0;
  let end: { readonly error?: Error | undefined } | undefined;
  let wake = (): void => {};

  const onMessage = (event: StreamMessageEvent): void => {
    chunks.push(event.data);
    bufferedBytes += event.data.byteLength;
    if (bufferedBytes > highBytes && stream.readableEnded === false) attempt(() => stream.pause());
    wake();
  };
  const onEnd = (): void => {
    end ??= {};
    wake();
  };
  const onClose = (event: StreamCloseEvent): void => {
    if (event.error !== undefined) end = { error: event.error };
    else if (stream.readBufferLength === 0) end ??= {};
    wake();
  };
  stream.addEventListener("message", onMessage);
  stream.addEventListener("end", onEnd);
  stream.addEventListener("close", onClose);
  if (stream.readableEnded || (stream.status !== "open" && stream.readBufferLength === 0)) end = {};

  try {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        bufferedBytes -= chunk.byteLength;
        yield chunk;
        continue;
      }
      if (end?.error !== undefined) throw end.error;
      if (end !== undefined) return;
      const arrival = new Promise<void>((resolve) => {
        wake = resolve;
      });
      attempt(() => stream.resume());
      if (chunks.length === 0 && end === undefined) await arrival;
    }
  } finally {
    stream.removeEventListener("message", onMessage);
    stream.removeEventListener("end", onEnd);
    stream.removeEventListener("close", onClose);
  }
}

/** Pausing or resuming a stream that has just closed throws; its close event says all that matters. */
function attempt(act: () => void): void {
  try {
    act();
  } catch {
    // The stream is closed.
  }
}
