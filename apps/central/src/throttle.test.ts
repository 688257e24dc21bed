import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { createAllowance } from "./allowance.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { createThrottle } from "./throttle.ts";

test("[CE7] who overspends is read again when the debt is earned", async () => {
  const clock = createHandClock();
  const acts: string[] = [];
  const socket = { pause: () => acts.push("pause"), resume: () => acts.push("resume") };
  const throttle = createThrottle({ perSecond: 10, burst: 20 }, { clock, socket });
  throttle.spend(20);
  expect(acts).toEqual([]);
  throttle.spend(5);
  throttle.spend(5);
  expect(acts).toEqual(["pause"]);
  expect(throttle.resting).toBe(true);
  await clock.advance(499);
  expect(acts).toEqual(["pause"]);
  await clock.advance(1);
  expect(acts).toEqual(["pause", "resume"]);
  throttle.spend(1);
  expect(acts).toEqual(["pause", "resume", "pause"]);
  throttle.stop();
  await clock.advance(10_000);
  expect(acts).toEqual(["pause", "resume", "pause"]);
});

test("[CE34] an allowance gives what it holds, refills to its burst, and gains nothing from a clock that steps back", () => {
  const allowance = createAllowance({ perSecond: 1, burst: 2 }, 10_000);
  expect([1, 2, 3].map(() => allowance.take(1, 10_000))).toEqual([true, true, false]);
  expect(allowance.take(1, 5_000)).toBe(false);
  expect(allowance.take(1, 6_000)).toBe(true);
  expect([1, 2, 3].map(() => allowance.take(1, 100_000))).toEqual([true, true, false]);
});

test("[CE9] silence from one ping to the next is death, a word in between is life", async () => {
  const clock = createHandClock();
  const acts: string[] = [];
  let excuse = false;
  const heartbeat = startHeartbeat(
    { intervalMs: 12_000 },
    { clock, ping: () => acts.push("ping"), excused: () => excuse, onDead: () => acts.push("dead") },
  );
  await clock.advance(12_000);
  heartbeat.heard();
  await clock.advance(12_000);
  excuse = true;
  await clock.advance(12_000);
  excuse = false;
  expect(acts).toEqual(["ping", "ping", "ping"]);
  await clock.advance(12_000);
  expect(acts).toEqual(["ping", "ping", "ping", "dead"]);
  await clock.advance(60_000);
  expect(acts).toHaveLength(4);
});
