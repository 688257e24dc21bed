import type { SupernodeAd } from "@skein/identity";
import { neighbourhoodOf } from "./addresses.ts";
import { FIRST_RETRY_MS, LONGEST_RETRY_MS } from "./defaults.ts";

/** How a supernode has done for us so far. */
export interface Record {
  /** Failed tries since it last worked. */
  readonly failures: number;
  /** Not before this time, ms. */
  readonly retryAt: number;
}

/** A supernode we could use. */
export interface Candidate extends Record {
  readonly ad: SupernodeAd;
}

/**
 * Picks up to `count` supernodes to connect to next, best first: those that never failed, then those with room, then one
 * from a neighbourhood we are not in yet, then the less loaded, then by lot. Diversity only orders: where all share one
 * address, all may be used. Pure; `lot` gives a number in [0, 1) for each.
 */
export function chooseSupernodes(
  candidates: readonly Candidate[],
  held: readonly SupernodeAd[],
  count: number,
  now: number,
  lot: () => number,
): readonly Candidate[] {
  const near = new Set(held.map((ad) => neighbourhoodOf(ad.addresses)));
  const taken = new Set(held.map((ad) => ad.supernode));
  const open = candidates
    .filter((candidate) => candidate.retryAt <= now && !taken.has(candidate.ad.supernode))
    .map((candidate) => ({ candidate, lot: lot() }));
  const chosen: Candidate[] = [];
  while (chosen.length < count && open.length > 0) {
    open.sort((one, other) => compare(one, other, near));
    const [best] = open.splice(0, 1);
    if (best === undefined) break;
    chosen.push(best.candidate);
    near.add(neighbourhoodOf(best.candidate.ad.addresses));
  }
  return chosen;
}

interface Ranked {
  readonly candidate: Candidate;
  readonly lot: number;
}

function compare(one: Ranked, other: Ranked, near: ReadonlySet<string>): number {
  const rank = ({ candidate: { ad, failures } }: Ranked): readonly number[] => [
    failures,
    ad.freeSlots > 0 ? 0 : 1,
    near.has(neighbourhoodOf(ad.addresses)) ? 1 : 0,
    Math.floor(ad.loadPct / 25),
  ];
  const left = rank(one);
  const right = rank(other);
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.lot - other.lot;
}

/** What a failed try does to the record: the pause doubles, with half of it by lot. */
export function afterFailure(record: Record, now: number, lot: number): Record {
  const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** record.failures, LONGEST_RETRY_MS);
  return { failures: record.failures + 1, retryAt: now + pauseMs * (0.5 + lot / 2) };
}
