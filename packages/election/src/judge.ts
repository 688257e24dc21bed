import type { Tuning } from "./defaults.ts";
import type { Facts } from "./facts.ts";
import { compare, match, type Reason, waive } from "./reasons.ts";

/** May this node serve? One whom its operator pinned serves all the same where only itself and its leaves would suffer. */
export function judgeFitness(facts: Facts, tuning: Tuning): readonly Reason[] {
  const own = [
    match("role", facts.role, "is-not", "never"),
    match("build", facts.standing, "is-not", facts.standing === "revoked" ? "revoked" : "below-floor"),
    match("hours", facts.inHours, "is", "yes"),
    compare("monthly-traffic", facts.monthGB, "below", facts.monthlyGB, "GB"),
  ];
  const fit = [
    match("kill-switch", facts.killSwitch, "is", "open"),
    match("power", facts.power, "is", "mains"),
    match("connection", facts.connection, "is", "unmetered"),
    match("ws-port", facts.wsPort, "is", "reachable"),
    match("udp-port", facts.udpPort, "is", "reachable"),
    compare("reachable-for", facts.reachableForMs, "at-least", tuning.reachableForMs, "ms"),
    compare("expected-uptime", facts.expectedUptimeMs, "at-least", tuning.remainingMs, "ms"),
    compare("cpu-free", facts.cpuFreePct, "at-least", tuning.cpuFreePct, "pct"),
    compare("memory-free", facts.memoryFreeMiB, "at-least", tuning.memoryFreeMiB, "MiB"),
    compare("uplink-free", facts.uplinkFreeKBps, "at-least", tuning.uplinkFreeKBps, "kB/s"),
    compare("descriptors-free", facts.descriptorsFree, "at-least", tuning.descriptorsFree, "count"),
    compare("slots", facts.slots, "at-least", tuning.leastSlots, "count"),
    compare("rest", facts.restLeftMs, "at-most", 0, "ms"),
  ];
  return [...own, ...(facts.role === "always" ? fit.map(waive) : fit)];
}

/** Is this node needed, and is it its turn? Fails until the cell was looked at; waived for one its operator pinned. */
export function judgeNeed(facts: Facts): { readonly need: readonly Reason[]; readonly turn: readonly Reason[] } {
  const { cell } = facts;
  const relax = (reasons: readonly Reason[]): readonly Reason[] =>
    facts.role === "always" ? reasons.map(waive) : reasons;
  if (cell === undefined) return { need: relax([match("missing", "unknown", "is", "known")]), turn: [] };
  return {
    need: relax([compare("missing", cell.missing, "at-least", 1, "count")]),
    turn: relax([...judgePlace(facts), compare("ticket", facts.ticket, "below", facts.chance, "fraction")]),
  };
}

/** Is there room for one more start, and for one more of its build? */
export function judgePlace({ cell, standing }: Facts): readonly Reason[] {
  if (cell === undefined) return [];
  const starts = compare("starts", cell.starts, "below", cell.startsAllowed, "count");
  const unproven = compare("unproven", cell.unproven, "below", cell.unprovenAllowed, "count");
  return standing === "unproven" ? [starts, unproven] : [starts];
}

/** Is a newcomer that has waited to see who else started still wanted beside those who came before it? */
export function judgeArrival(facts: Facts): readonly Reason[] {
  const { cell } = facts;
  if (cell === undefined) return [];
  return [...judgePlace(facts), compare("missing", cell.missingBeforeUs, "at-least", 1, "count")];
}

/** Says whether nothing stands in the way. */
export function allPass(reasons: readonly Reason[]): boolean {
  return reasons.every(({ verdict }) => verdict !== "fail");
}
