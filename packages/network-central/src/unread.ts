/** Messages that arrived and wait for their reader; at most one reader. */
export interface Unread {
  /** Bytes waiting, with the overhead of each message. */
  readonly sizeBytes: number;
  /** Adds a message; nothing once it is ended. */
  push(message: Uint8Array): void;
  /** No more will come: the reader gets what waits, then the end. */
  finish(): void;
  /** The reader gets the end at once; what waits is dropped. */
  discard(): void;
  readonly messages: AsyncIterable<Uint8Array>;
}

/** Makes an empty queue. Each message counts `overheadBytes` besides its own; `onTaken` is called after each one taken. */
export function createUnread(
  options: { readonly overheadBytes: number },
  dependencies: { readonly onTaken: () => void },
): Unread {
  const waiting: Uint8Array[] = [];
  let sizeBytes = 0;
  let wake: (() => void) | undefined;
  let finished = false;
  let iterated = false;

  function signal(): void {
    wake?.();
    wake = undefined;
  }

  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const message = waiting.shift();
      if (message !== undefined) {
        sizeBytes -= message.byteLength + options.overheadBytes;
        dependencies.onTaken();
        yield message;
      } else if (finished) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }

  function discard(): void {
    waiting.length = 0;
    sizeBytes = 0;
    finished = true;
    signal();
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    push(message) {
      if (finished) return;
      waiting.push(message);
      sizeBytes += message.byteLength + options.overheadBytes;
      signal();
    },
    finish() {
      finished = true;
      signal();
    },
    discard,
    messages: {
      [Symbol.asyncIterator]() {
        if (iterated) throw new TypeError("incoming messages may be iterated once");
        iterated = true;
        return read();
      },
    },
  };
}
