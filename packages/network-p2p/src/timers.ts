import type { Clock } from "@skein/core";

/** Wake-ups that end together, so that a stopped network leaves none behind (a Node process would stay for it). */
export interface Timers {
  /** As `Clock.at`; does nothing once all were cancelled. */
  at(atMs: number, act: () => void): () => void;
  cancelAll(): void;
}

/** Makes an empty set on a clock. */
export function createTimers(clock: Clock): Timers {
  const cancels = new Set<() => void>();
  let over = false;
  return {
    at(atMs, act) {
      if (over) return () => {};
      const stop = clock.at(atMs, () => {
        cancels.delete(cancel);
        act();
      });
      const cancel = (): void => {
        cancels.delete(cancel);
        stop();
      };
      cancels.add(cancel);
      return cancel;
    },
    cancelAll() {
      over = true;
      for (const cancel of [...cancels]) cancel();
    },
  };
}
