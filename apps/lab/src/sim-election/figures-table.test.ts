import type { ElectionFigures } from "@skein/simulator";
import { expect, test } from "vitest";
import { summarize, tableRow } from "./figures-table.ts";
import { tuningOf, variants } from "./variants.ts";

const run: ElectionFigures = {
  seed: 1,
  members: 400,
  online: 100,
  supernodes: 2,
  supernodeShare: 0.02,
  meanLoad: 0.5,
  fullestLoad: 0.8,
  opened: 4,
  ended: 1,
  vanished: 3,
  shortShare: 0.0004,
  unprovenShare: 0.1,
  coldStartS: 600,
  recoverS: 20,
  restoreS: 90,
};

test("shares are means, peaks and times the worst, and one that never recovered is not hidden by the others", () => {
  const summary = summarize([run, { ...run, supernodeShare: 0.04, fullestLoad: 0.9, recoverS: -1, restoreS: 200 }]);
  expect(summary.supernodeShare).toBeCloseTo(0.03);
  expect(summary).toMatchObject({ fullestLoad: 0.9, recoverS: -1, restoreS: 200 });
  expect(tableRow("x", summary)).toBe("| x | 3.00 % | 50 %, 90 % | 4.0, 1.0, 3.0 | 0.040 % | 10 min | never | 3 min |");
  expect(() => summarize([])).toThrow(RangeError);
});

test("every variant changes numbers that exist and keeps the marks in order", () => {
  const names = variants.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const variant of variants) {
    const { highLoadPct, lowLoadPct, targetLoadPct } = tuningOf(variant);
    expect(highLoadPct).toBeGreaterThan(targetLoadPct);
    expect(targetLoadPct).toBeGreaterThan(lowLoadPct);
  }
});
