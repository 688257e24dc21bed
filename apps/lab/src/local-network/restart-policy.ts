/** How often and how soon a service that ended by itself is started again. */
export interface RestartLimits {
  /** So many restarts within the window, then we give up: a service that cannot live would only fill its log. */
  readonly maxRestarts: number;
  readonly windowMs: number;
  /** The wait before the first restart; each further one within the window waits twice as long. */
  readonly firstWaitMs: number;
  readonly maxWaitMs: number;
}

/** Five tries in ten minutes, waiting 0.5, 1, 2, 4 and 8 s. */
export const defaultRestartLimits: RestartLimits = {
  maxRestarts: 5,
  windowMs: 10 * 60_000,
  firstWaitMs: 500,
  maxWaitMs: 15_000,
};

/** What to do after a service ended. */
export type RestartDecision =
  | { readonly kind: "restart"; readonly inMs: number; readonly attempt: number }
  | { readonly kind: "give-up" };

/**
 * Decides from the times of all ends of one service, the one just seen included, in ms of the clock that gives `nowMs`.
 */
export function afterEnd(endsMs: readonly number[], nowMs: number, limits: RestartLimits): RestartDecision {
  const attempt = endsMs.filter((endMs) => nowMs - endMs < limits.windowMs).length;
  if (attempt > limits.maxRestarts) return { kind: "give-up" };
  const inMs = Math.min(limits.maxWaitMs, limits.firstWaitMs * 2 ** Math.max(0, attempt - 1));
  return { kind: "restart", inMs, attempt };
}
