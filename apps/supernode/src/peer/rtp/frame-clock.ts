import type { Clock } from "@skein/core";

/** How long one frame of sound is, in ms. */
const FRAME_MS = 20;

/** Frames made up for when the program was late, at most: more would only arrive as a burst that is dropped. */
const MAX_CATCH_UP = 5;

/** The beat of all calls of a program: one timer, however many follow it. */
export interface FrameClock {
  /** Calls `act` every 20 ms from now on, several times at once after a delay. Returns how to stop that. */
  follow(act: () => void): () => void;
}

/** Makes a beat that runs while somebody follows it. A follower that throws is dropped and told to `failed`. */
export function createFrameClock(clock: Clock, failed: (error: unknown) => void): FrameClock {
  const followers = new Set<() => void>();
  let due = 0;
  let cancel: (() => void) | undefined;

  function beat(): void {
    const late = Math.floor((clock.now() - due) / FRAME_MS);
    const count = 1 + Math.max(0, Math.min(MAX_CATCH_UP, late));
    due = late > MAX_CATCH_UP ? clock.now() + FRAME_MS : due + count * FRAME_MS;
    for (const act of [...followers]) run(act, count);
    cancel = followers.size === 0 ? undefined : clock.at(due, beat);
  }

  function run(act: () => void, count: number): void {
    try {
      for (let index = 0; index < count && followers.has(act); index += 1) act();
    } catch (error) {
      followers.delete(act);
      failed(error);
    }
  }

  return {
    follow(act) {
      const own = (): void => act();
      followers.add(own);
      if (cancel === undefined) {
        due = clock.now() + FRAME_MS;
        cancel = clock.at(due, beat);
      }
      return () => {
        followers.delete(own);
        if (followers.size > 0) return;
        cancel?.();
        cancel = undefined;
      };
    },
  };
}
