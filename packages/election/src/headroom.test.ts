import fc from "fast-check";
import { expect, test } from "vitest";
import { productionTuning as tuning } from "./defaults.ts";
import { type Headroom, slotsOf } from "./headroom.ts";
import { servingHours } from "./settings.ts";

const wide: Headroom = {
  cpuFreePct: 90,
  memoryFreeMiB: 8_000,
  uplinkFreeKBps: 1_000,
  descriptorsFree: 60_000,
  power: "mains",
  connection: "unmetered",
  monthGB: 0,
  leaves: 0,
  turnedAway: 0,
};
const HOUR = 3_600_000;

test("[EL4] the scarcest resource decides how many slots there are", () => {
  expect(slotsOf(wide, { role: "auto" }, tuning)).toBe(tuning.mostSlots);
  expect(slotsOf({ ...wide, memoryFreeMiB: 90 }, { role: "auto" }, tuning)).toBe(100);
  expect(slotsOf({ ...wide, cpuFreePct: 2 }, { role: "auto" }, tuning)).toBe(100);
  expect(slotsOf({ ...wide, uplinkFreeKBps: 10 }, { role: "auto" }, tuning)).toBe(100);
  expect(slotsOf({ ...wide, descriptorsFree: 200 }, { role: "auto" }, tuning)).toBe(100);
  expect(slotsOf({ ...wide, memoryFreeMiB: 0, leaves: 70 }, { role: "auto" }, tuning)).toBe(70);
});

test("[EL6] the operator's number of leaves binds everyone, ours only those who elected themselves", () => {
  expect(slotsOf(wide, { role: "always" }, tuning)).toBe(4_500);
  expect(slotsOf(wide, { role: "always", leaves: 1_000 }, tuning)).toBe(1_000);
  expect(slotsOf(wide, { role: "auto", leaves: 55 }, tuning)).toBe(55);
});

test("[EL6] hours of the day open and close, also over midnight, and say when", () => {
  const night = { role: "auto", hours: { fromMinute: 22 * 60, toMinute: 7 * 60 } } as const;
  const day = { role: "auto", hours: { fromMinute: 7 * 60, toMinute: 22 * 60 } } as const;
  expect(servingHours(night, 23 * HOUR)).toEqual({ open: "yes", changesAt: 31 * HOUR });
  expect(servingHours(night, 7 * HOUR)).toEqual({ open: "no", changesAt: 22 * HOUR });
  expect(servingHours(night, 22 * HOUR)).toEqual({ open: "yes", changesAt: 31 * HOUR });
  expect(servingHours(day, 23 * HOUR)).toEqual({ open: "no", changesAt: 31 * HOUR });
  expect(servingHours(day, 12 * HOUR)).toEqual({ open: "yes", changesAt: 22 * HOUR });
  expect(servingHours({ role: "auto" }, 5)).toEqual({ open: "yes", changesAt: Number.POSITIVE_INFINITY });
});

test("[EL6] just before what they say the hours still hold, and just after they do not", () => {
  const minute = fc.nat(24 * 60 - 1);
  fc.assert(
    fc.property(minute, minute, fc.nat(48 * 60), (fromMinute, toMinute, at) => {
      const settings = { role: "auto", hours: { fromMinute, toMinute } } as const;
      const { changesAt, open } = servingHours(settings, at * 60_000);
      if (changesAt === Number.POSITIVE_INFINITY) return;
      expect(servingHours(settings, changesAt - 30_000).open).toBe(open);
      expect(servingHours(settings, changesAt).open).not.toBe(open);
    }),
  );
});
