import type { DeviceId } from "@skein/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type CellView,
  demandPct,
  gatherCell,
  MAX_CELL,
  MAX_CLAIMED,
  type SupernodeReport,
  trimmedMean,
} from "./cell.ts";
import { productionTuning as tuning } from "./defaults.ts";
import { needOf } from "./need.ts";

const NOW = 1_000_000_000;
const self = "self" as DeviceId;
const unmanaged = { kind: "unmanaged" } as const;

function report(id: number, change: Partial<SupernodeReport> = {}): SupernodeReport {
  return {
    id: `s${id}` as DeviceId,
    network: `n${id}`,
    build: "skein-1.0.0",
    phase: "open",
    since: NOW - 3_600_000,
    slots: 400,
    leaves: 200,
    turnedAway: 0,
    candidates: 5,
    heardAt: NOW,
    ...change,
  };
}

function gather(reports: readonly SupernodeReport[], failures = 0): CellView {
  return gatherCell({ reports, ownTries: failures, ownFailures: failures }, self, NOW, tuning);
}

const many = (count: number, change: Partial<SupernodeReport> = {}): SupernodeReport[] =>
  Array.from({ length: count }, (_, index) => report(index, change));

describe("cell", () => {
  test("[EL8] the freshest report of each counts; old ones, those leaving and our own do not", () => {
    const view = gather([
      report(1, { leaves: 1, heardAt: NOW - 1_000 }),
      report(1, { leaves: 2 }),
      report(2, { heardAt: NOW - tuning.reportLifeMs - 1 }),
      report(3, { phase: "leaving" }),
      { ...report(4), id: self },
      report(5),
    ]);
    expect(view.supernodes.map(({ id, leaves }) => [id, leaves])).toEqual([
      ["s1", 2],
      ["s5", 200],
    ]);
  });

  test("[EL8] few of one network and a bounded number in all are looked at", () => {
    expect(gather(many(10, { network: "203.0" })).supernodes).toHaveLength(tuning.perNetwork);
    expect(gather(many(100)).supernodes).toHaveLength(MAX_CELL);
  });

  test("[EL8] no number is believed beyond what is possible", () => {
    const wild = { slots: 1e9, leaves: 2e9, turnedAway: 3e9, candidates: 4e9, since: NOW + 5_000 };
    const [told] = gather([report(1, wild)]).supernodes;
    expect(told).toMatchObject({
      slots: MAX_CLAIMED,
      leaves: MAX_CLAIMED,
      turnedAway: MAX_CLAIMED,
      candidates: MAX_CLAIMED,
      since: NOW,
    });
  });
});

describe("need", () => {
  const needIn = (reports: readonly SupernodeReport[], failures = 0): ReturnType<typeof needOf> =>
    needOf(gather(reports, failures), undefined, unmanaged, NOW, tuning);

  test("[EL9] below the least number some are missing, whatever the load", () => {
    expect(needIn([]).missing).toBe(3);
    expect(needIn(many(1, { leaves: 0 })).missing).toBe(2);
    expect(needIn(many(3, { leaves: 0 })).missing).toBe(0);
  });

  test("[EL9] above the high load as many are missing as bring it down to the target; between the marks none", () => {
    expect(needIn(many(10, { leaves: 300 }))).toMatchObject({ loadPct: 75, missing: 5, surplus: 0 });
    expect(needIn(many(10, { leaves: 200 }))).toMatchObject({ loadPct: 50, missing: 0, surplus: 0 });
    expect(needIn(many(10, { leaves: 80 }))).toMatchObject({ loadPct: 20, missing: 0, surplus: 6 });
  });

  test("[EL9] leaves turned away count as load", () => {
    expect(needIn(many(4, { leaves: 240, turnedAway: 160 })).missing).toBe(4);
    expect(demandPct({ slots: 0, leaves: 0, turnedAway: 1 })).toBe(200);
  });

  test("[EL9] newcomers thin the load out while they fill, only as many as may start, and never raise it", () => {
    const old = many(8, { leaves: 300 });
    const fresh = (count: number, leaves: number): SupernodeReport[] =>
      Array.from({ length: count }, (_, index) => report(100 + index, { leaves, since: NOW - 1_000 }));
    expect(needIn([...old, ...fresh(2, 0)]).loadPct).toBe(60);
    expect(needIn([...old, ...fresh(20, 0)]).loadPct).toBeCloseTo((8 * 75) / 12);
    expect(needIn([...old, ...fresh(2, 400)]).loadPct).toBe(75);
  });

  test("[EL10] fewer liars than are cut off cannot move the load beyond what honest ones say", () => {
    const honest = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 8, maxLength: 24 });
    const lies = fc.array(fc.record({ leaves: fc.integer({ min: 0, max: 2_000 }), turnedAway: fc.nat(2_000) }), {
      maxLength: 2,
    });
    fc.assert(
      fc.property(honest, lies, (loads, liars) => {
        const reports = [
          ...loads.map((leaves, index) => report(index, { leaves })),
          ...liars.map((lie, index) => report(50 + index, lie)),
        ];
        const { loadPct } = needIn(reports);
        expect(loadPct).toBeGreaterThanOrEqual(Math.min(...loads) / 4 - 1e-9);
        expect(loadPct).toBeLessThanOrEqual(Math.max(...loads) / 4 + 1e-9);
      }),
    );
  });

  test("[EL10] own failed placements are evidence against a cell that claims to be empty", () => {
    expect(needIn(many(8, { leaves: 0 }), 4)).toMatchObject({ missing: 1, surplus: 0 });
    expect(needIn(many(8, { leaves: 0 }), 3)).toMatchObject({ missing: 0 });
  });

  test("[EL11] the crowd is what the middle of the supernodes has at home, and a guess where none tells", () => {
    expect(needIn(many(10)).crowd).toBe(50);
    expect(needIn([...many(9), report(9, { candidates: 2_000 })]).crowd).toBe(50);
    expect(needIn([]).crowd).toBe(tuning.crowdGuess);
  });

  test("[EL10] a trimmed mean cuts the same share off both ends", () => {
    expect(trimmedMean([1, 2, 3, 4, 1_000], 20)).toBe(3);
    expect(trimmedMean([5], 20)).toBe(5);
    expect(trimmedMean([], 20)).toBe(0);
  });
});
