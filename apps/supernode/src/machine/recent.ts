/** Snapshots of counters that only rise, for rates over the last while. */
export interface Recent<Counters> {
  add(counters: Counters, at: number): void;
  /** The oldest and the newest snapshot within the span; `undefined` while there are fewer than two. */
  span(): { readonly from: Counters; readonly to: Counters; readonly ms: number } | undefined;
}

/** Keeps the snapshots of the last `spanMs`, and the one before them. */
export function createRecent<Counters>(spanMs: number): Recent<Counters> {
  let kept: readonly { readonly counters: Counters; readonly at: number }[] = [];
  return {
    add(counters, at) {
      const first = kept.findLastIndex((each) => each.at <= at - spanMs);
      kept = [...kept.slice(Math.max(0, first)), { counters, at }];
    },
    span() {
      const [from] = kept;
      const to = kept.at(-1);
      if (from === undefined || to === undefined || to.at <= from.at) return undefined;
      return { from: from.counters, to: to.counters, ms: to.at - from.at };
    },
  };
}
