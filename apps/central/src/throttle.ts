import type { Clock } from "@skein/core";
import { createAllowance } from "./allowance.ts";

/** Makes a sender who asks too much wait, by not reading from it: its own socket fills up meanwhile. */
export interface Throttle {
  /** Whether reading rests now. */
  readonly resting: boolean;
  spend(cost: number): void;
  stop(): void;
}

/** Makes a throttle over a socket (CE7). */
export function createThrottle(
  rate: { readonly perSecond: number; readonly burst: number },
  dependencies: { readonly clock: Clock; readonly socket: { pause(): void; resume(): void } },
): Throttle {
  const { clock, socket } = dependencies;
  const allowance = createAllowance(rate, clock.now());
  let cancelResume: (() => void) | undefined;

  return {
    get resting() {
      return cancelResume !== undefined;
    },
    spend(cost) {
      const waitMs = allowance.spend(cost, clock.now());
      if (waitMs === 0 || cancelResume !== undefined) return;
      socket.pause();
      cancelResume = clock.at(clock.now() + waitMs, () => {
        cancelResume = undefined;
        socket.resume();
      });
    },
    stop() {
      cancelResume?.();
      cancelResume = undefined;
    },
  };
}
