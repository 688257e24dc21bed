import { type ElectionState, type Standing, standingOf } from "@skein/election";

/** How many of a cell's supernodes call themselves by one build. */
export interface BuildShare {
  readonly build: string;
  readonly supernodes: number;
  readonly sharePct: number;
  readonly standing: Standing;
}

/** The builds of a cell, the most common first; `own` counts while we serve. */
export function buildShares({ cell, policy }: ElectionState, own: string | undefined): readonly BuildShare[] {
  const builds = [...(cell?.supernodes ?? []).map(({ build }) => build), ...(own === undefined ? [] : [own])];
  const counts = new Map<string, number>();
  for (const build of builds) counts.set(build, (counts.get(build) ?? 0) + 1);
  return [...counts]
    .map(([build, supernodes]) => ({
      build,
      supernodes,
      sharePct: (100 * supernodes) / builds.length,
      standing: standingOf(build, policy),
    }))
    .sort((one, other) => other.supernodes - one.supernodes);
}
