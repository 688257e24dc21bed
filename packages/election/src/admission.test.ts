import fc from "fast-check";
import { expect, test } from "vitest";
import { admit, type Load, doorLimits as limits } from "./admission.ts";

const quiet: Load = { slots: 400, leaves: 100, cpuPct: 5, lagMs: 1, takenLastSecond: 0, turnedAwayLastMinute: 0 };
const draw = { chance: 0.999, jitter: 0.5 };

test("[EL30] with room and time everyone comes in", () => {
  expect(admit(quiet, "newcomer", limits, draw)).toEqual({ kind: "accept" });
});

test("[EL30] a full house takes nobody, a busy or rushed one no newcomer", () => {
  expect(admit({ ...quiet, leaves: 400 }, "returning", limits, draw)).toMatchObject({ because: "full" });
  expect(admit({ ...quiet, takenLastSecond: 20 }, "returning", limits, draw)).toMatchObject({ because: "rush" });
  for (const busy of [{ cpuPct: 90 }, { lagMs: 300 }]) {
    expect(admit({ ...quiet, ...busy }, "newcomer", limits, draw)).toMatchObject({ because: "busy" });
    expect(admit({ ...quiet, ...busy }, "returning", limits, draw)).toEqual({ kind: "accept" });
  }
});

test("[EL30] while it fills up, ever more newcomers are turned away by chance", () => {
  const taken = (leaves: number): number =>
    Array.from({ length: 100 }, (_, index) =>
      admit({ ...quiet, leaves }, "newcomer", limits, { chance: index / 100, jitter: 0 }),
    ).filter(({ kind }) => kind === "accept").length;
  expect([340, 355, 370, 399].map(taken)).toEqual([100, 75, 50, 1]);
});

test("[EL31] the wait spreads those who knock over the time it takes to let them in, within bounds, half by jitter", () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (turnedAwayLastMinute, jitter) => {
      const answer = admit({ ...quiet, leaves: 400, turnedAwayLastMinute }, "newcomer", limits, { chance: 0, jitter });
      if (answer.kind === "accept") throw new Error("a full house took somebody");
      expect(answer.afterMs).toBeGreaterThanOrEqual(limits.shortestRetryMs / 2);
      expect(answer.afterMs).toBeLessThanOrEqual(limits.longestRetryMs);
    }),
  );
  const wait = (turnedAwayLastMinute: number, jitter: number): unknown =>
    admit({ ...quiet, cpuPct: 99, turnedAwayLastMinute }, "newcomer", limits, { chance: 0, jitter });
  expect(wait(2_000, 0)).toMatchObject({ afterMs: 50_000 });
  expect(wait(2_000, 0.5)).toMatchObject({ afterMs: 75_000 });
});
