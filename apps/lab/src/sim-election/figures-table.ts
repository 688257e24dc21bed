import type { ElectionFigures } from "@skein/simulator";

/** Runs of one variant, taken together: means, but the worst of what must not go wrong. */
export interface Summary {
  readonly supernodeShare: number;
  readonly meanLoad: number;
  readonly fullestLoad: number;
  readonly opened: number;
  readonly ended: number;
  readonly vanished: number;
  readonly shortShare: number;
  readonly unprovenShare: number;
  readonly coldStartS: number;
  readonly recoverS: number;
  readonly restoreS: number;
}

/** Puts the runs of several seeds together. Throws `RangeError` for none. */
export function summarize(runs: readonly ElectionFigures[]): Summary {
  if (runs.length === 0) throw new RangeError("no runs, no summary");
  const mean = (field: keyof Summary): number => runs.reduce((sum, run) => sum + run[field], 0) / runs.length;
  // −1 means that it was never reached, which is worse than any time.
  const worst = (field: keyof Summary): number =>
    runs.some((run) => run[field] < 0) ? -1 : Math.max(...runs.map((run) => run[field]));
  return {
    supernodeShare: mean("supernodeShare"),
    meanLoad: mean("meanLoad"),
    fullestLoad: worst("fullestLoad"),
    opened: mean("opened"),
    ended: mean("ended"),
    vanished: mean("vanished"),
    shortShare: mean("shortShare"),
    unprovenShare: mean("unprovenShare"),
    coldStartS: worst("coldStartS"),
    recoverS: worst("recoverS"),
    restoreS: worst("restoreS"),
  };
}

/** Head of the table in Markdown. */
export const tableHead: string = [
  "| | supernodes | load mean, fullest | opened, ended, vanished | short | cold start | recover | restore |",
  "|---|---|---|---|---|---|---|---|",
].join("\n");

/** One line of the table. */
export function tableRow(name: string, summary: Summary): string {
  const pct = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)} %`;
  const time = (seconds: number): string =>
    seconds < 0 ? "never" : seconds < 180 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  const cells = [
    name,
    pct(summary.supernodeShare, 2),
    `${pct(summary.meanLoad)}, ${pct(summary.fullestLoad)}`,
    [summary.opened, summary.ended, summary.vanished].map((count) => count.toFixed(1)).join(", "),
    pct(summary.shortShare, 3),
    time(summary.coldStartS),
    time(summary.recoverS),
    time(summary.restoreS),
  ];
  return `| ${cells.join(" | ")} |`;
}
