/** The part of a `ws` WebSocket the server uses. */
export interface Wire {
  /** Calls `done` when the bytes went to the system or the connection ended. */
  send(bytes: Uint8Array, done: (error?: Error | null) => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  pause(): void;
  resume(): void;
}

/** What the server holds for all sessions together, waiting to go out. */
export interface OutboxTotal {
  sizeBytes: number;
}

/** Bytes waiting to go out on one connection, counted. */
export interface Outbox {
  readonly sizeBytes: number;
  /** Sends a frame. */
  push(frame: Uint8Array): void;
  /** The connection ended: nothing of it waits any more. */
  release(): void;
}

/** Makes the outbox of one connection, counted in `total` as well. */
export function createOutbox(wire: Wire, total: OutboxTotal): Outbox {
  let sizeBytes = 0;
  let released = false;
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    push(frame) {
      if (released) return;
      sizeBytes += frame.byteLength;
      total.sizeBytes += frame.byteLength;
      wire.send(frame, () => {
        if (released) return;
        sizeBytes -= frame.byteLength;
        total.sizeBytes -= frame.byteLength;
      });
    },
    release() {
      released = true;
      total.sizeBytes -= sizeBytes;
      sizeBytes = 0;
    },
  };
}
