import type { DeviceId } from "@skein/core";
import type { BuildId } from "./build.ts";
import { type CellView, demandPct, trimmedMean } from "./cell.ts";
import type { Tuning } from "./defaults.ts";
import type { VersionPolicy } from "./notice.ts";
import { standingOf, unprovenAllowed } from "./standing.ts";

/** Ourselves as one of the cell's supernodes, while we are one. */
export interface OwnPart {
  readonly id: DeviceId;
  readonly build: BuildId;
  readonly since: number;
  readonly slots: number;
  readonly leaves: number;
  readonly turnedAway: number;
}

/** What a cell lacks or has too much of. */
export interface Need {
  readonly supernodes: number;
  readonly loadPct: number;
  /** How many more it takes to come down to the target load. */
  readonly missing: number;
  /** How many it would take to the target without us and those who started after us, while we settle. */
  readonly missingBeforeUs: number;
  /** How many could go without exceeding the target load. */
  readonly surplus: number;
  /** Candidates in the cell, ourselves included; a guess where nobody told. */
  readonly crowd: number;
  /** Starts within the growth window that came before us (all of them while we do not serve), and how many are allowed. */
  readonly starts: number;
  readonly startsAllowed: number;
  /** Unproven supernodes that come before us, and how many are allowed with us among them. */
  readonly unproven: number;
  readonly unprovenAllowed: number;
  /** When the newest other supernode started, ms; 0 for none. */
  readonly newestStart: number;
}

/** Own placements tried before their failure counts as evidence. */
const TELLING_TRIES = 4;

/** Reads a cell. Pure; `own` is given while we serve or settle. */
export function needOf(
  view: CellView,
  own: OwnPart | undefined,
  policy: VersionPolicy,
  now: number,
  tuning: Tuning,
): Need {
  const all: readonly OwnPart[] = own === undefined ? view.supernodes : [...view.supernodes, own];
  const before = own === undefined ? view.supernodes : view.supernodes.filter((other) => precedes(other, own));
  // One at least is missing for a node that is refused everywhere, whatever the others claim.
  const spurned = view.ownTries >= TELLING_TRIES && 2 * view.ownFailures > view.ownTries ? 1 : 0;
  const supernodes = all.length;
  const { loadPct, startsAllowed, wanted } = weigh(all, now, tuning);
  const crowded = loadPct > tuning.highLoadPct || supernodes < tuning.leastSupernodes;
  return {
    supernodes,
    loadPct,
    missing: crowded ? Math.max(wanted - supernodes, spurned) : spurned,
    missingBeforeUs: Math.max(weigh(before, now, tuning).wanted - before.length, spurned),
    surplus: loadPct < tuning.lowLoadPct && spurned === 0 ? Math.max(0, supernodes - wanted) : 0,
    crowd: crowdOf(view, tuning),
    starts: before.filter(({ since }) => since > now - tuning.growthWindowMs).length,
    startsAllowed,
    unproven: before.filter(({ build }) => standingOf(build, policy) !== "proven").length,
    newestStart: Math.max(0, ...view.supernodes.map(({ since }) => since)),
    unprovenAllowed: unprovenAllowed(own === undefined ? supernodes + 1 : supernodes, tuning.unprovenPct),
  };
}

/** The load of some supernodes, how many there should be for it, and how many of them may be newcomers. */
function weigh(
  all: readonly OwnPart[],
  now: number,
  tuning: Tuning,
): { readonly loadPct: number; readonly wanted: number; readonly startsAllowed: number } {
  const established = all.filter(({ since }) => since <= now - tuning.growthWindowMs);
  const startsAllowed = Math.max(tuning.leastGrowth, Math.ceil((established.length * tuning.growthPct) / 100));
  const starters = all.filter(({ since }) => since > now - tuning.growthWindowMs).slice(0, startsAllowed);
  const loadPct = loadOf(established, starters, tuning);
  const wanted = Math.max(tuning.leastSupernodes, Math.ceil((all.length * loadPct) / tuning.targetLoadPct));
  return { loadPct, wanted, startsAllowed };
}

type Demand = Pick<OwnPart, "slots" | "leaves" | "turnedAway">;

/**
 * The load of a cell, percent. Established supernodes give the level, extremes cut off; those that just started thin it
 * out, since their slots are there and fill slowly. They can only lower it, and only as many count as may start.
 */
function loadOf(established: readonly Demand[], starters: readonly Demand[], tuning: Tuning): number {
  const levels = (established.length === 0 ? starters : established).map(demandPct);
  const level = trimmedMean(levels, tuning.trimPct);
  if (established.length === 0) return level;
  const thin = starters.reduce((sum, starter) => sum + Math.min(level, demandPct(starter)), 0);
  return (established.length * level + thin) / (established.length + starters.length);
}

/** Candidates at home with the middle of the supernodes, times the supernodes; ourselves at least. */
function crowdOf(view: CellView, tuning: Tuning): number {
  if (view.supernodes.length === 0) return tuning.crowdGuess;
  const each = trimmedMean(
    view.supernodes.map(({ candidates }) => candidates),
    tuning.trimPct,
  );
  return Math.max(1, Math.round(each * view.supernodes.length));
}

/** Who came first keeps the place; equal times are settled by id, the same way for everyone. */
function precedes(other: { readonly since: number; readonly id: DeviceId }, own: OwnPart): boolean {
  return other.since < own.since || (other.since === own.since && other.id < own.id);
}
