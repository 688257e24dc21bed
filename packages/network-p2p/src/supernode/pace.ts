/** How fast a supernode's news travels; times in ms. Ours to tune, and nothing here must agree between peers. */
export interface Pace {
  /** Neighbours are looked after this often: connected, asked for theirs, told our ad. Shorter: fresher news, more traffic. */
  readonly neighboursEveryMs: number;
  /** An ad is signed anew this often at least: well within the time a report counts (docs/spec/election.md, "Cell"). */
  readonly adRefreshMs: number;
  /** Helpers are asked to dial back this often while too few have told, and otherwise. */
  readonly probeSoonMs: number;
  readonly probeEveryMs: number;
}

/** On the open Internet. */
export const productionPace: Pace = {
  neighboursEveryMs: 30_000,
  adRefreshMs: 3 * 60_000,
  probeSoonMs: 15_000,
  probeEveryMs: 5 * 60_000,
};

/** In laboratories and LANs, with `labTuning` of `@skein/election`. */
export const labPace: Pace = {
  neighboursEveryMs: 2_000,
  adRefreshMs: 8_000,
  probeSoonMs: 2_000,
  probeEveryMs: 20_000,
};
