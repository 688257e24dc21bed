import { type Facts, factsOf } from "./facts.ts";
import type { StayBecause } from "./input.ts";
import { allPass, judgeFitness, judgeNeed } from "./judge.ts";
import type { Reason } from "./reasons.ts";
import type { ElectionState } from "./state.ts";

/** What would become of a leaf, if. `elected`: it would start now. */
export interface Verdicts {
  readonly outcome: "elected" | Extract<StayBecause, "unfit" | "not-needed" | "not-now">;
  readonly reasons: readonly Reason[];
}

/**
 * Judges a node as if some facts were others, by the same rules as `step`; for a page's what-if form. A form for the
 * cell changes single fields: `{ cell: { ...factsOf(state, now).cell, loadPct: 90, missing: 2 } }`. Nothing is changed
 * or drawn by asking. For one that serves it says whether it would be elected again.
 */
export function whatIf(state: ElectionState, changes: Partial<Facts>, now: number): Verdicts {
  const facts = { ...factsOf(state, now), ...changes };
  const fitness = judgeFitness(facts, state.setup.tuning);
  const { need, turn } = judgeNeed(facts);
  const reasons = [...fitness, ...need, ...turn];
  if (!allPass(fitness)) return { outcome: "unfit", reasons };
  if (!allPass(need)) return { outcome: "not-needed", reasons };
  return { outcome: allPass(turn) ? "elected" : "not-now", reasons };
}
