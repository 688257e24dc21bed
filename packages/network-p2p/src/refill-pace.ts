import { BOOTSTRAP_AFTER_MS, REFILL_FIRST_MS, REFILL_LONGEST_MS, REFILL_WITH_SOME_MS } from "./defaults.ts";
import type { SupernodePlan } from "./supernode-plan.ts";

/** When the source of first supernodes is asked: only when what is known does not do. */
export interface RefillPace {
  /** The next time to ask, ms, perhaps past; `undefined`: no need. */
  dueAt(standing: {
    readonly now: number;
    readonly links: number;
    readonly connecting: number;
    readonly known: SupernodePlan["known"];
  }): number | undefined;
  /** It is asked now; `lot` in [0, 1) spreads those who ask together. */
  fetched(now: number, lot: number): void;
}

/**
 * Makes the pace of a leaf that holds no supernode yet. Alone with nothing left to try it asks at once, with something to try
 * after 3 s; then after 5 s, doubling to a minute, half of it by lot. With some held, and too few known, about every minute:
 * those held know others, and come first.
 */
export function createRefillPace(): RefillPace {
  let aloneSince: number | undefined;
  let soonest = Number.NEGATIVE_INFINITY;
  let pauseMs = REFILL_FIRST_MS;
  return {
    dueAt({ connecting, known, links, now }) {
      if (links === 0) {
        aloneSince ??= now;
        const graceMs = connecting === 0 && known === "more" ? 0 : BOOTSTRAP_AFTER_MS;
        return Math.max(aloneSince + graceMs, soonest);
      }
      if (aloneSince !== undefined) soonest = Math.max(soonest, now + REFILL_WITH_SOME_MS / 2);
      aloneSince = undefined;
      pauseMs = REFILL_FIRST_MS;
      return known === "enough" ? undefined : soonest;
    },
    fetched(now, lot) {
      const alone = aloneSince !== undefined;
      soonest = now + (alone ? pauseMs : REFILL_WITH_SOME_MS) * (0.5 + lot / 2);
      if (alone) pauseMs = Math.min(2 * pauseMs, REFILL_LONGEST_MS);
    },
  };
}
