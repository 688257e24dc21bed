import type { Facts } from "./facts.ts";
import type { Decision } from "./input.ts";
import { servingHours } from "./settings.ts";
import type { ElectionState } from "./state.ts";
import { noticeTurn } from "./stopping.ts";

/** A look that stays without answer is asked for again after this, ms. */
const LOOK_AGAIN_MS = 5_000;

/** What only time can mend is judged again at least this often, ms. */
const RECHECK_MS: number = 5 * 60_000;

const NEVER = Number.POSITIVE_INFINITY;

/** When the next look at the cell is due; `Infinity` for one who could not act on it. */
export function lookDueAt(state: ElectionState, facts: Facts, decision: Decision, now: number): number {
  const { cell, lookedAt, role, setup } = state;
  const { freshMs, lookEveryMs } = setup.tuning;
  if (role.kind === "stepping-down" || (decision.kind === "stay" && decision.because === "unfit")) return NEVER;
  const again = lookedAt + Math.min(LOOK_AGAIN_MS, lookEveryMs);
  if (cell === undefined) return again;
  if (role.kind === "settling") return cell.at >= role.until ? NEVER : Math.max(role.until, again);
  // At its turn a leaf looks before it leaps.
  const drawn = decision.kind === "stay" && decision.because === "not-now" && facts.turnAt <= now;
  const leapAt = drawn && cell.at < now - freshMs ? now : NEVER;
  return Math.max(again, Math.min(leapAt, cell.at + lookEveryMs));
}

/** When the state may change by time alone, after now; `Infinity` for never. */
export function nextWake(state: ElectionState, facts: Facts, decision: Decision, now: number): number {
  const times = [lookDueAt(state, facts, decision, now), ...roleTimes(state, facts, decision, now)];
  return Math.min(...times.filter((at) => at > now), NEVER);
}

function roleTimes(state: ElectionState, facts: Facts, decision: Decision, now: number): readonly number[] {
  const { role, setup } = state;
  const { tuning } = setup;
  switch (role.kind) {
    case "leaf":
      return decision.kind === "stay" && decision.because === "unfit"
        ? mendingTimes(state, facts, now)
        : [facts.turnAt, servingHours(state.settings, now).changesAt];
    case "settling":
      return [role.until, role.until + tuning.settleMs];
    case "serving":
      return [facts.turnAt, role.openedAt + tuning.canaryMs, ...endingTimes(state, facts, now)];
    case "stepping-down":
      return [role.stageSince + tuning.stageMs];
  }
}

/** When what keeps a leaf unfit may have mended by itself. Ports do not: a verdict will come as an input. */
function mendingTimes(state: ElectionState, facts: Facts, now: number): readonly number[] {
  const { reachability, role, settings, setup } = state;
  const { reachableForMs, remainingMs } = setup.tuning;
  if (facts.role === "never" || (facts.role === "auto" && reachability.reachableSince === undefined)) return [];
  return [
    (reachability.reachableSince ?? now) + reachableForMs,
    role.kind === "leaf" ? role.restUntil : NEVER,
    servingHours(settings, now).changesAt,
    facts.expectedUptimeMs < remainingMs ? now + RECHECK_MS : NEVER,
  ];
}

/** When a cause that spreads or waits may end the service. */
function endingTimes(state: ElectionState, facts: Facts, now: number): readonly number[] {
  const { reachability, settings, setup } = state;
  const { unreachableSince } = reachability;
  const noticed = facts.standing === "revoked" ? "revoked" : "below-floor";
  const notice = facts.standing === noticed || facts.killSwitch === "closed" ? noticeTurn(state, noticed) : NEVER;
  return [
    servingHours(settings, now).changesAt,
    unreachableSince === undefined ? NEVER : unreachableSince + setup.tuning.unreachableForMs,
    notice,
  ];
}
