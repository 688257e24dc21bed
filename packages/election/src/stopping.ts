import type { Facts } from "./facts.ts";
import { ticket } from "./lottery.ts";
import { compare, match, type Reason } from "./reasons.ts";
import type { Cause } from "./role.ts";
import type { ElectionState } from "./state.ts";

/** A cause to go out of service, with what was weighed. Load is none. */
export interface Stop {
  readonly cause: Cause;
  readonly reasons: readonly Reason[];
}

/**
 * What must end the service of a supernode, newest decision of its operator first. Silence of helpers is no evidence:
 * only their failed dials are, so that one in a storm stays. A node its operator pinned stops for the operator's own
 * limits, the floor and a revocation.
 */
export function forcedStop(state: ElectionState, facts: Facts, now: number): Stop | undefined {
  const { tuning } = state.setup;
  const elected = facts.role === "auto";
  const checks: readonly (readonly [Cause, "now" | "spread" | "never", Reason])[] = [
    ["operator", "now", match("role", facts.role, "is-not", "never")],
    ["hours", "now", match("hours", facts.inHours, "is", "yes")],
    ["budget", "now", compare("monthly-traffic", facts.monthGB, "below", facts.monthlyGB, "GB")],
    ["revoked", "spread", match("build", facts.standing, "is-not", "revoked")],
    ["below-floor", "spread", match("build", facts.standing, "is-not", "below-floor")],
    ["closed", elected ? "spread" : "never", match("kill-switch", facts.killSwitch, "is-not", "closed")],
    ["battery", elected ? "now" : "never", match("power", facts.power, "is-not", "battery")],
    ["metered", elected ? "now" : "never", match("connection", facts.connection, "is-not", "metered")],
    [
      "unreachable",
      elected ? "now" : "never",
      compare("unreachable-for", facts.unreachableForMs, "below", tuning.unreachableForMs, "ms"),
    ],
  ];
  const failing = checks.find(
    ([cause, when, { verdict }]) =>
      verdict === "fail" && (when === "now" || (when === "spread" && now >= noticeTurn(state, cause))),
  );
  return failing === undefined ? undefined : { cause: failing[0], reasons: checks.map(([, , reason]) => reason) };
}

/** When this device follows a notice that ends its service: its own moment within the grace, so that not all go at once. */
export function noticeTurn({ policy, setup }: ElectionState, cause: Cause): number {
  if (policy.kind !== "notice") return Number.POSITIVE_INFINITY;
  const graceMs = cause === "revoked" ? setup.tuning.revokedGraceMs : setup.tuning.floorGraceMs;
  return policy.heardAt + ticket(setup.self, "notice", policy.notice.sequence) * graceMs;
}

/**
 * Whether one that elected itself is no longer needed: the cell has more than enough, it has served its time, turned
 * nobody away, and drew the lot. Unproven ones beyond the cap go as soon as the cell is calm.
 */
export function surplusStop(facts: Facts, servedMs: number, state: ElectionState): Stop | undefined {
  const { cell } = facts;
  const { highLoadPct, leastServiceMs } = state.setup.tuning;
  if (cell === undefined || facts.role !== "auto") return undefined;
  const calm = [
    compare("own-load", facts.ownLoadPct, "at-most", highLoadPct, "pct"),
    compare("missing", cell.missing, "at-most", 0, "count"),
  ];
  const unproven = compare("unproven", cell.unproven, "below", cell.unprovenAllowed, "count");
  if (facts.standing === "unproven" && unproven.verdict === "fail" && calm.every(({ verdict }) => verdict === "pass"))
    return { cause: "diversity-cap", reasons: [...calm, unproven] };
  const surplus = compare("surplus", cell.surplus, "at-most", 0, "count");
  const drawn = facts.ticket < facts.chance && servedMs >= leastServiceMs;
  if (surplus.verdict === "pass" || !drawn || calm.some(({ verdict }) => verdict === "fail")) return undefined;
  const lot = compare("ticket", facts.ticket, "at-least", facts.chance, "fraction");
  return { cause: "surplus", reasons: [...calm, surplus, lot] };
}
