import type { Clock } from "@skein/core";

/** Runs `act` with a signal that also aborts after `withinMs` on this clock. */
export async function within<T>(
  withinMs: number,
  clock: Clock,
  signal: AbortSignal,
  act: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController();
  const cancel = clock.at(clock.now() + withinMs, () => limit.abort(new Error("it took too long")));
  try {
    return await act(AbortSignal.any([signal, limit.signal]));
  } finally {
    cancel();
  }
}
