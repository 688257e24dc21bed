import type { SupernodeAd } from "@skein/identity";

/** Another supernode as its ad tells. */
export interface NeighbourView {
  /** The first letters of its id. */
  readonly id: string;
  readonly build: string;
  readonly phase: string;
  readonly leaves: number | null;
  readonly slots: number | null;
  readonly loadPct: number;
  /** How old its ad is, ms. */
  readonly ageMs: number;
}

/** Letters of an id that are shown: enough to tell neighbours apart. */
const SHOWN = 10;

/** Most neighbours listed. */
const MAX_LISTED = 32;

/** The supernodes a node has heard of, the freshest first. */
export function viewNeighbours(ads: readonly SupernodeAd[], now: number): readonly NeighbourView[] {
  return ads
    .map(({ build, issuedAt, loadPct, serving, supernode }) => ({
      id: supernode.slice(0, SHOWN),
      build,
      phase: serving?.phase ?? "open",
      leaves: serving?.leaves ?? null,
      slots: serving?.slots ?? null,
      loadPct,
      ageMs: Math.max(0, now - issuedAt),
    }))
    .sort((one, other) => one.ageMs - other.ageMs)
    .slice(0, MAX_LISTED);
}
