/** Time, injected. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `act` once at or after `atMs`. Returns a cancel. */
  at(atMs: number, act: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  at(atMs, act) {
    const timer = setTimeout(act, Math.max(0, atMs - Date.now()));
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
