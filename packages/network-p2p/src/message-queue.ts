/** Messages between one writer and one reader, bounded in bytes. */
export interface MessageQueue {
  /** Takes a message; resolves at once below the bound, else when the reader has made room or left. */
  push(message: Uint8Array): Promise<void>;
  /** No more messages come; what is queued stays readable. */
  end(): void;
  /** From now on nothing waits: the writer's source has ended, and what is left of it is little. */
  release(): void;
  /** For one reader; when it stops early, later messages are dropped. */
  readonly messages: AsyncIterable<Uint8Array>;
}

/** Makes a queue that lets its writer wait beyond `highBytes`. */
export function createMessageQueue(highBytes: number): MessageQueue {
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  let readerLeft = false;
  let bounded = true;
  let wakeReader = (): void => {};
  let wakeWriter = (): void => {};

  const hasRoom = (): boolean => !bounded || bytes <= highBytes || ended || readerLeft;
  async function* read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const message = waiting.shift();
        if (message !== undefined) {
          bytes -= message.byteLength;
          if (hasRoom()) wakeWriter();
          yield message;
          continue;
        }
        if (ended) return;
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
      }
    } finally {
      readerLeft = true;
      waiting.length = 0;
      wakeWriter();
    }
  }

  return {
    async push(message) {
      if (ended || readerLeft) return;
      waiting.push(message);
      bytes += message.byteLength;
      wakeReader();
      if (hasRoom()) return;
      await new Promise<void>((resolve) => {
        wakeWriter = resolve;
      });
    },
    end() {
      ended = true;
      wakeReader();
      wakeWriter();
    },
    release() {
      bounded = false;
      wakeWriter();
    },
    messages: read(),
  };
}
