import { type Clock, type CloseReason, NetworkError, type Unsubscribe } from "@skein/core";
import type { MemoryLink } from "./memory-links.ts";

/** A sender waits while more than this is on its way or unread, in bytes. */
const LOW_MARK_BYTES: number = 256 * 1024;

/** More than this on its way or unread, from a sender that does not wait, ends the channel. In bytes. */
export const MAX_UNREAD_BYTES: number = 8 * 1024 * 1024;

/** What a message costs beside its bytes, so that empty ones are bounded too. */
const MESSAGE_OVERHEAD_BYTES = 64;

/** One direction of a memory channel. */
export interface MemoryPipe {
  /** Messages as they arrive; may be iterated once. Ends after what had arrived when the pipe ended. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Resolves when what is on its way or unread is below the low mark. Rejects `closed`. */
  send(message: Uint8Array): Promise<void>;
  /** Lets what is on its way arrive, then ends; resolves then. */
  finish(reason: CloseReason): Promise<void>;
  /** Ends at once; what is on its way is gone. */
  cut(): void;
}

type Parcel =
  | { readonly kind: "message"; readonly dueAt: number; readonly bytes: Uint8Array }
  | { readonly kind: "end"; readonly dueAt: number; readonly reason: CloseReason };

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: NetworkError) => void;
}

/** Makes one direction of a channel over a link. `onEnd` hears of an end that arrived, `onOverflow` of too much unread. */
export function createMemoryPipe(
  options: { readonly readEveryMs: () => number },
  dependencies: {
    readonly clock: Clock;
    readonly link: MemoryLink;
    readonly onEnd: (reason: CloseReason) => void;
    readonly onOverflow: () => void;
  },
): MemoryPipe {
  const { clock, link, onEnd, onOverflow } = dependencies;
  const travelling: Parcel[] = [];
  const unread: Uint8Array[] = [];
  let heldBytes = 0;
  let lastDueAt = 0;
  let ended = false;
  let waiters: Waiter[] = [];
  let finishers: (() => void)[] = [];
  let wakeReader = (): void => {};
  let cancelTimer = (): void => {};

  function end(): void {
    if (ended) return;
    ended = true;
    travelling.length = 0;
    cancelTimer();
    unsubscribe();
    for (const waiter of waiters) waiter.reject(new NetworkError("closed", "the channel is closed"));
    waiters = [];
    for (const finished of finishers) finished();
    finishers = [];
    wakeReader();
  }

  function release(): void {
    if (heldBytes > LOW_MARK_BYTES) return;
    for (const waiter of waiters) waiter.resolve();
    waiters = [];
  }

  /** Moves what has arrived by now to the reader, and sees to the rest later. */
  function deliver(): void {
    cancelTimer();
    while (!ended && link.open.value) {
      const first = travelling[0];
      if (first === undefined) return;
      if (first.dueAt > clock.now()) {
        cancelTimer = clock.at(first.dueAt, deliver);
        return;
      }
      travelling.shift();
      if (first.kind === "message") {
        unread.push(first.bytes);
        wakeReader();
      } else {
        end();
        onEnd(first.reason);
      }
    }
  }
  let unsubscribe: Unsubscribe = () => {};
  unsubscribe = link.open.subscribe(() => deliver());

  function dispatch(parcel: Parcel): void {
    lastDueAt = parcel.dueAt;
    travelling.push(parcel);
    deliver();
  }
  const dueAt = (): number => Math.max(lastDueAt, clock.now() + link.delayMs);

  async function* read(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      if (unread.length === 0) {
        if (ended) return;
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
        continue;
      }
      const everyMs = options.readEveryMs();
      if (everyMs > 0) await new Promise<void>((resolve) => clock.at(clock.now() + everyMs, resolve));
      const message = unread.shift();
      if (message === undefined) continue;
      heldBytes -= message.byteLength + MESSAGE_OVERHEAD_BYTES;
      release();
      yield message;
    }
  }

  let iterated = false;
  return {
    incoming: {
      [Symbol.asyncIterator]() {
        if (iterated) throw new TypeError("incoming may be iterated once");
        iterated = true;
        return read();
      },
    },
    send(message) {
      if (ended) return Promise.reject(new NetworkError("closed", "the channel is closed"));
      heldBytes += message.byteLength + MESSAGE_OVERHEAD_BYTES;
      if (heldBytes > MAX_UNREAD_BYTES) onOverflow();
      else dispatch({ kind: "message", dueAt: dueAt(), bytes: message.slice() });
      if (ended) return Promise.reject(new NetworkError("closed", "the channel is closed"));
      if (heldBytes <= LOW_MARK_BYTES) return Promise.resolve();
      return new Promise((resolve, reject) => waiters.push({ resolve, reject }));
    },
    finish(reason) {
      if (ended) return Promise.resolve();
      // What is buffered will be sent, so nobody has to wait for it any more.
      for (const waiter of waiters) waiter.resolve();
      waiters = [];
      return new Promise((resolve) => {
        finishers.push(resolve);
        dispatch({ kind: "end", dueAt: dueAt(), reason });
      });
    },
    cut: end,
  };
}
