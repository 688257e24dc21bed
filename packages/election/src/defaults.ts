/**
 * Every number of the election that is ours to tune; nothing here must agree between peers. Chosen from the sweep in
 * docs/decisions/0010-election-defaults.md where that names them. Times in ms.
 */
export interface Tuning {
  /** Ports must have been reachable this long before one serves. Higher: fewer that flap, slower to help. */
  readonly reachableForMs: number;
  /** Helpers must have failed to reach a supernode this long before it stops. Higher: rides out faults, leaves wait on dead ports. */
  readonly unreachableForMs: number;
  /** A verdict of a helper counts this long. */
  readonly verdictLifeMs: number;
  /** Helpers in different networks that must have reached each port. */
  readonly helpers: number;
  /** Whether two helpers of one /16 count twice: `any` in a LAN or lab, where all share one. */
  readonly helperNetworks: "distinct" | "any";
  /** Even-odds remaining lifetime asked of a candidate. Higher: steadier supernodes, fewer of them. */
  readonly remainingMs: number;
  /** What must be free beside what serving takes. */
  readonly cpuFreePct: number;
  readonly memoryFreeMiB: number;
  readonly uplinkFreeKBps: number;
  readonly descriptorsFree: number;
  /** Fewest slots worth a promotion. */
  readonly leastSlots: number;
  /** Most slots one that elected itself offers. Higher: fewer supernodes, each loss hurts more leaves. */
  readonly mostSlots: number;
  /** Supernodes a cell has at least: as many as a leaf keeps warm. */
  readonly leastSupernodes: number;
  /** Share of slots in use, percent: above `high` some are missing, below `low` some are surplus, `target` is aimed at. */
  readonly highLoadPct: number;
  readonly targetLoadPct: number;
  readonly lowLoadPct: number;
  /** Share of reports cut off at each end before the mean is taken, percent: what liars would have to exceed. */
  readonly trimPct: number;
  /** Supernodes of one /16 that count in a cell; the rest is ignored. */
  readonly perNetwork: number;
  /** Reports older than this do not count. */
  readonly reportLifeMs: number;
  /** One draw of the lottery. Shorter: faster, and more who act on an old view. */
  readonly epochMs: number;
  /** A cell is looked at this often while one might act, and anew when the last look is older than `freshMs` at the turn. */
  readonly lookEveryMs: number;
  readonly freshMs: number;
  /** Candidates assumed where nobody has told a number. Higher: a slower start among few, no stampede among many. */
  readonly crowdGuess: number;
  /** Starts allowed per cell within the window: this share of those established, percent, and at least so many. */
  readonly growthPct: number;
  readonly leastGrowth: number;
  readonly growthWindowMs: number;
  /** Announced but closed to leaves so long: time to see who else started. Above the time news takes to cross a cell. */
  readonly settleMs: number;
  /** A supernode that is merely surplus stays at least so long. */
  readonly leastServiceMs: number;
  /** Rest after serving; doubles with each forced end within the day, up to the longest. */
  readonly restMs: number;
  readonly longestRestMs: number;
  /** Share of a cell that may leave as surplus in one epoch, percent. */
  readonly shrinkPct: number;
  /** Share of the supernodes of a cell that unproven builds may hold together, percent. */
  readonly unprovenPct: number;
  /** A canary offers this share of its slots, percent, for so long. */
  readonly canarySlotsPct: number;
  readonly canaryMs: number;
  /** Those below a new floor, or closed, stop spread over this time; those revoked over the shorter one. */
  readonly floorGraceMs: number;
  readonly revokedGraceMs: number;
  /** Longest a stage of stepping down may take before the next begins all the same. */
  readonly stageMs: number;
}

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** What supernodes on the open Internet use. */
export const productionTuning: Tuning = {
  reachableForMs: 5 * MINUTE,
  unreachableForMs: 3 * MINUTE,
  verdictLifeMs: 30 * MINUTE,
  helpers: 2,
  helperNetworks: "distinct",
  remainingMs: 4 * HOUR,
  cpuFreePct: 40,
  memoryFreeMiB: 256,
  uplinkFreeKBps: 128,
  descriptorsFree: 1024,
  leastSlots: 50,
  mostSlots: 400,
  leastSupernodes: 3,
  highLoadPct: 65,
  targetLoadPct: 50,
  lowLoadPct: 30,
  trimPct: 20,
  perNetwork: 2,
  reportLifeMs: 10 * MINUTE,
  epochMs: MINUTE,
  lookEveryMs: MINUTE,
  freshMs: 10 * SECOND,
  crowdGuess: 64,
  growthPct: 50,
  leastGrowth: 3,
  growthWindowMs: 2 * MINUTE,
  settleMs: 15 * SECOND,
  leastServiceMs: 2 * HOUR,
  restMs: 30 * MINUTE,
  longestRestMs: 24 * HOUR,
  shrinkPct: 10,
  unprovenPct: 20,
  canarySlotsPct: 25,
  canaryMs: 24 * HOUR,
  floorGraceMs: 6 * HOUR,
  revokedGraceMs: 10 * MINUTE,
  stageMs: MINUTE,
};

/** The same in seconds, for laboratories and LANs: everyone may share one network and nobody waits. */
export const labTuning: Tuning = {
  ...productionTuning,
  reachableForMs: 5 * SECOND,
  unreachableForMs: 10 * SECOND,
  verdictLifeMs: 5 * MINUTE,
  helperNetworks: "any",
  remainingMs: 0,
  cpuFreePct: 5,
  leastSlots: 5,
  perNetwork: 32,
  reportLifeMs: 30 * SECOND,
  epochMs: 4 * SECOND,
  lookEveryMs: 2 * SECOND,
  freshMs: SECOND,
  crowdGuess: 8,
  growthWindowMs: 10 * SECOND,
  settleMs: 2 * SECOND,
  leastServiceMs: 60 * SECOND,
  restMs: 15 * SECOND,
  longestRestMs: 5 * MINUTE,
  canaryMs: 5 * MINUTE,
  floorGraceMs: MINUTE,
  revokedGraceMs: 5 * SECOND,
  stageMs: 5 * SECOND,
};
