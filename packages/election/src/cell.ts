import type { DeviceId } from "@skein/core";
import type { BuildId } from "./build.ts";
import type { Tuning } from "./defaults.ts";

/** Supernodes of a cell that are looked at. */
export const MAX_CELL = 32;

/** Most slots, and most candidates at home with it, that one supernode is believed to have. */
export const MAX_CLAIMED = 2_000;

/** What a supernode says of itself in its signed ad. Its own word: only id, network and `heardAt` are ours. */
export interface SupernodeReport {
  readonly id: DeviceId;
  /** The /16 (or IPv6 /32) it is dialled at, as seen by us. */
  readonly network: string;
  readonly build: BuildId;
  /** `settling`: announced, not yet open to leaves. `leaving`: on its way out. */
  readonly phase: "settling" | "open" | "leaving";
  /** Since when it serves, ms. */
  readonly since: number;
  readonly slots: number;
  readonly leaves: number;
  /** Leaves it turned away in the last minute. */
  readonly turnedAway: number;
  /** Of the leaves whose home it is, those that would serve. */
  readonly candidates: number;
  readonly heardAt: number;
}

/** What a node sees of the network around it, cleaned; see docs/spec/election.md, "Cell". */
export interface CellView {
  readonly at: number;
  /** Without ourselves. At most {@link MAX_CELL}. */
  readonly supernodes: readonly SupernodeReport[];
  /** Our own tried and failed placements as a leaf in the last minutes (EL33): evidence, where the rest is hearsay. */
  readonly ownTries: number;
  readonly ownFailures: number;
}

/** What the driver hands over: everything it has heard, and how it fared itself. */
export interface Hearsay {
  readonly reports: readonly SupernodeReport[];
  readonly ownTries: number;
  readonly ownFailures: number;
}

/**
 * Makes a cell of what was heard: the freshest report of each supernode, none that is too old, a few of each network,
 * numbers brought within what is possible, {@link MAX_CELL} in all. Those leaving are left out: their leaves will show
 * elsewhere. Order of the reports decides who is dropped beyond the bound, so the driver hands them over shuffled.
 */
export function gatherCell(heard: Hearsay, self: DeviceId, now: number, tuning: Tuning): CellView {
  const newest = new Map<DeviceId, SupernodeReport>();
  for (const report of heard.reports) {
    if (report.id === self || report.heardAt < now - tuning.reportLifeMs) continue;
    const known = newest.get(report.id);
    if (known === undefined || known.heardAt < report.heardAt) newest.set(report.id, report);
  }
  const perNetwork = new Map<string, number>();
  const supernodes: SupernodeReport[] = [];
  for (const report of newest.values()) {
    const seen = perNetwork.get(report.network) ?? 0;
    if (report.phase === "leaving" || seen >= tuning.perNetwork || supernodes.length >= MAX_CELL) continue;
    perNetwork.set(report.network, seen + 1);
    supernodes.push(possible(report, now));
  }
  return { at: now, supernodes, ownTries: heard.ownTries, ownFailures: heard.ownFailures };
}

function possible(report: SupernodeReport, now: number): SupernodeReport {
  const { slots, leaves, turnedAway, candidates, since } = report;
  const fine = slots <= MAX_CLAIMED && leaves <= slots && turnedAway <= slots && candidates <= MAX_CLAIMED;
  if (fine && since <= now) return report;
  const most = Math.min(slots, MAX_CLAIMED);
  return {
    ...report,
    since: Math.min(since, now),
    slots: most,
    leaves: Math.min(leaves, most),
    turnedAway: Math.min(turnedAway, most),
    candidates: Math.min(candidates, MAX_CLAIMED),
  };
}

/** Share of its slots asked for, percent, 0 to 200: those in use and those it had to refuse. */
export function demandPct(supernode: Pick<SupernodeReport, "slots" | "leaves" | "turnedAway">): number {
  if (supernode.slots <= 0) return supernode.leaves > 0 || supernode.turnedAway > 0 ? 200 : 100;
  return Math.min(200, (100 * (supernode.leaves + supernode.turnedAway)) / supernode.slots);
}

/** The mean of what is left when the lowest and highest `trimPct` of the values are cut off; 0 for none. */
export function trimmedMean(values: readonly number[], trimPct: number): number {
  const cut = Math.floor((values.length * trimPct) / 100);
  const kept = values.toSorted((one, other) => one - other).slice(cut, values.length - cut);
  return kept.length === 0 ? 0 : kept.reduce((sum, value) => sum + value, 0) / kept.length;
}
