import type { Tuning } from "./defaults.ts";
import type { Facts } from "./facts.ts";
import type { Decision, StayBecause } from "./input.ts";
import { allPass, judgeArrival, judgeFitness, judgeNeed, judgePlace } from "./judge.ts";
import { compare, type Reason, type ReasonName } from "./reasons.ts";
import { type Cause, FORCED_CAUSES, type Role, STAGES, type Stage } from "./role.ts";
import { type ElectionState, recentEnds, restMs } from "./state.ts";
import { forcedStop, type Stop, surplusStop } from "./stopping.ts";

/** A decision and the state after it. */
export interface Decided {
  readonly state: ElectionState;
  readonly decision: Decision;
}

/** Decides for a leaf. Its view of the cell must be fresh when its turn comes; until then it is not its turn. */
export function decideLeaf(
  state: ElectionState,
  role: Role & { kind: "leaf" },
  facts: Facts,
  now: number,
  view: "fresh" | "stale",
): Decided {
  const fitness = judgeFitness(facts, state.setup.tuning);
  const { need, turn } = judgeNeed(facts);
  const reasons = [...fitness, ...need, ...turn];
  if (!allPass(fitness)) return stay(withNeed(state, role, undefined), "unfit", reasons);
  if (!allPass(need)) return stay(withNeed(state, role, undefined), "not-needed", reasons);
  // A draw begins when there is room, and anew when somebody else came: chances double only while nobody does.
  const room = allPass(facts.role === "always" ? [] : judgePlace(facts));
  const overtaken = (facts.cell?.newestStart ?? 0) > (role.neededSince ?? now);
  const waiting = withNeed(state, role, room ? (overtaken ? now : (role.neededSince ?? now)) : undefined);
  if (!allPass(turn) || (view === "stale" && facts.role === "auto")) return stay(waiting, "not-now", reasons);
  const settleMs = facts.role === "always" ? 1 : state.setup.tuning.settleMs;
  return {
    state: { ...waiting, role: { kind: "settling", since: now, until: now + settleMs } },
    decision: { kind: "promote", reasons },
  };
}

/** Why a newcomer withdraws, by what failed. */
const WITHDRAWALS: Partial<Record<ReasonName, Cause>> = { unproven: "diversity-cap", missing: "overtaken" };

/** Decides for one that is announced: opens once it has seen who else started, or withdraws. */
export function decideSettling(
  state: ElectionState,
  role: Role & { kind: "settling" },
  facts: Facts,
  now: number,
): Decided {
  const forced = forcedStop(state, facts, now);
  if (forced !== undefined) return stepDown(state, role.since, forced, now);
  // One who gets no view any more opens all the same: a storm may be why.
  const seen = state.cell !== undefined && state.cell.at >= role.until;
  const patienceOver = facts.role === "always" || now >= role.until + state.setup.tuning.settleMs;
  if (now < role.until || !(seen || patienceOver)) return stay(state, "settling", judgeArrival(facts));
  const place = facts.role === "always" ? [] : judgeArrival(facts);
  const [failed] = place.filter(({ verdict }) => verdict === "fail");
  if (failed !== undefined)
    return stepDown(state, role.since, { cause: WITHDRAWALS[failed.about] ?? "growth-cap", reasons: place }, now);
  const opened: Role = { kind: "serving", since: role.since, openedAt: now, surplusSince: undefined };
  const slots = compare("slots", facts.slots, "at-least", 1, "count");
  return { state: { ...state, role: opened }, decision: { kind: "open", reasons: [...place, slots] } };
}

/** Decides for one that serves: it goes for a cause, never for load. */
export function decideServing(
  state: ElectionState,
  role: Role & { kind: "serving" },
  facts: Facts,
  now: number,
): Decided {
  const stop = forcedStop(state, facts, now) ?? surplusStop(facts, now - role.openedAt, state);
  if (stop !== undefined) return stepDown(state, role.since, stop, now);
  const own = compare("own-load", facts.ownLoadPct, "at-most", 100, "pct");
  // Overload is admission's business: it is shown, and no reason to go.
  return stay(withSurplus(state, role, facts, now), "serving", [
    own.verdict === "fail" ? { ...own, verdict: "waived" } : own,
    ...placeOf(facts),
  ]);
}

/** Decides for one on its way out: the next stage when this one is done or took too long, then a leaf that rests. */
export function decideSteppingDown(
  state: ElectionState,
  role: Role & { kind: "stepping-down" },
  now: number,
  done: Stage | undefined,
): Decided {
  const spent = compare("rest", now - role.stageSince, "below", state.setup.tuning.stageMs, "ms");
  if (done !== role.stage && spent.verdict === "pass") return stay(state, "stepping-down", [spent]);
  const next = STAGES[STAGES.indexOf(role.stage) + 1];
  if (next === undefined) return stay(rested(state, role.cause, now), "not-needed", [spent]);
  return {
    state: { ...state, role: { ...role, stage: next, stageSince: now } },
    decision: { kind: "demote", stage: next, cause: role.cause, reasons: [spent] },
  };
}

function placeOf({ cell }: Facts): readonly Reason[] {
  return cell === undefined ? [] : [compare("surplus", cell.surplus, "at-most", 0, "count")];
}

function withNeed(state: ElectionState, role: Role & { kind: "leaf" }, neededSince: number | undefined): ElectionState {
  return role.neededSince === neededSince ? state : { ...state, role: { ...role, neededSince } };
}

function withSurplus(
  state: ElectionState,
  role: Role & { kind: "serving" },
  { cell }: Facts,
  now: number,
): ElectionState {
  const surplusSince = cell !== undefined && cell.surplus > 0 ? (role.surplusSince ?? now) : undefined;
  return role.surplusSince === surplusSince ? state : { ...state, role: { ...role, surplusSince } };
}

function stay(state: ElectionState, because: StayBecause, reasons: readonly Reason[]): Decided {
  return { state, decision: { kind: "stay", as: state.role.kind, because, reasons } };
}

function stepDown(state: ElectionState, since: number, { cause, reasons }: Stop, now: number): Decided {
  const [stage] = STAGES;
  return {
    state: { ...state, role: { kind: "stepping-down", since, stage, stageSince: now, cause } },
    decision: { kind: "demote", stage, cause, reasons },
  };
}

/** A leaf again, which rests. */
function rested(state: ElectionState, cause: Cause, now: number): ElectionState {
  const { tuning } = state.setup;
  const forcedEnds = recentEnds(FORCED_CAUSES.has(cause) ? [...state.forcedEnds, now] : state.forcedEnds, now);
  const rest = restAfter(cause, forcedEnds.length, tuning);
  return { ...state, forcedEnds, role: { kind: "leaf", restUntil: now + rest, neededSince: undefined } };
}

/** The operator's own wishes cost nothing; who withdrew may try again soon; the rest keeps nodes from going to and fro. */
function restAfter(cause: Cause, forcedEnds: number, tuning: Tuning): number {
  if (cause === "operator" || cause === "hours" || cause === "budget") return 0;
  if (cause === "growth-cap" || cause === "diversity-cap" || cause === "overtaken") return 2 * tuning.epochMs;
  return restMs(forcedEnds, tuning);
}
