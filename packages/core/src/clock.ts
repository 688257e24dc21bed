/** Time, injected. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `act` once at or after `atMs`. Returns a cancel. */
  at(atMs: number, act: () => void): () => void;
}

/** A longer timer of the platform fires at once (HTML, timers; Node the same): 2^31 - 1 ms, almost 25 days. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(atMs, act) {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (): void => {
      // Timers cut off parts of a millisecond.
      const leftMs = Math.max(0, Math.ceil(atMs - Date.now()));
      timer = setTimeout(leftMs > LONGEST_TIMER_MS ? wait : act, Math.min(leftMs, LONGEST_TIMER_MS));
    };
    wait();
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` on this clock; rejects with the abort reason. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const abort = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = clock.at(clock.now() + ms, () => {
      signal.removeEventListener("abort", abort);
      resolve();
    });
    signal.addEventListener("abort", abort, { once: true });
  });
}
