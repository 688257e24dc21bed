import { type Clock, NetworkError } from "@skein/core";

/** A signal that aborts with its parent, or by itself when time is up. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Takes the timer away. Call it when the work is done, well or badly. */
  end(): void;
}

/** Starts a deadline; it aborts with a `NetworkError` `unreachable` after `timeoutMs` on this clock. */
export function createDeadline(clock: Clock, timeoutMs: number, parent: AbortSignal): Deadline {
  const controller = new AbortController();
  const end = clock.at(clock.now() + timeoutMs, () =>
    controller.abort(new NetworkError("unreachable", "no answer in time")),
  );
  return { signal: AbortSignal.any([parent, controller.signal]), end };
}

/** The outcome of `work`, or the abort reason if that comes first, even where `work` does not heed the signal. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
