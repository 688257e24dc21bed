import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHandClock } from "@skein/testkit";
import pino from "pino";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/program.ts";
import { keepJson } from "../kept-json.ts";
import { countTraffic, trafficForm } from "./traffic.ts";

const log = pino({ level: "silent" });
const NOVEMBER = Date.UTC(2026, 10, 30, 23, 58);

function counting(path = join(temporaryFolder(), "traffic.json")) {
  const clock = createHandClock(NOVEMBER);
  const counter: { bytes: number | undefined } = { bytes: 0 };
  const traffic = countTraffic({ clock, kept: keepJson(path, trafficForm, { log }), spent: () => counter.bytes });
  const spend = async (bytes: number | undefined): Promise<void> => {
    await clock.advance(10_000);
    counter.bytes = bytes;
    traffic.sample();
  };
  traffic.sample();
  return { clock, path, spend, traffic };
}

test("[SU19] traffic spent on others is counted by the month, in GB, and its rate over the last minute", async () => {
  const { spend, traffic } = counting();
  await spend(1e9);
  expect(traffic.monthGB()).toBeCloseTo(1);
  expect(traffic.kBps()).toBeCloseTo(100_000);
  for (let quiet = 0; quiet < 8; quiet++) await spend(1e9);
  expect(traffic.kBps()).toBe(0);
});

test("[SU19] a new month begins with nothing spent", async () => {
  const { clock, spend, traffic } = counting();
  await spend(5e8);
  await clock.advance(180_000);
  expect(traffic.monthGB()).toBe(0);
  await spend(6e8);
  expect(traffic.monthGB()).toBeCloseTo(0.1);
});

test("[SU19] what is sent while nobody is served does not count, and a service that begins anew counts on", async () => {
  const { spend, traffic } = counting();
  await spend(1e9);
  await spend(undefined);
  await spend(3e9);
  await spend(4e9);
  expect(traffic.monthGB()).toBeCloseTo(2);
});

test("[SU19] the month's sum outlives the process; a damaged one is set aside and begins anew", async () => {
  const { path, spend, traffic } = counting();
  await spend(2e9);
  traffic.save();
  expect(counting(path).traffic.monthGB()).toBeCloseTo(2);
  writeFileSync(path, '{"month":"2026-11","bytes":-1}');
  expect(counting(path).traffic.monthGB()).toBe(0);
});
