import { expect, test } from "vitest";
import type { Clock } from "./clock.ts";
import { createTrafficMeter, RADIO_TAIL_MS } from "./traffic.ts";

const START_MS = 1_000_000;

function createHandClock(startMs: number): Clock & { advance(ms: number): void } {
  let now = startMs;
  return {
    now: () => now,
    at: () => () => {},
    advance(ms) {
      now += ms;
    },
  };
}

test("[CO3] bytes and messages are counted by share, both ways together", () => {
  const meter = createTrafficMeter(createHandClock(START_MS));
  meter.count(100, "mine");
  meter.count(50, "mine");
  meter.count(7, "others");
  const { mine, others } = meter.read();
  expect(mine).toEqual({ bytes: 150, messages: 2 });
  expect(others).toEqual({ bytes: 7, messages: 1 });
});

test("[CO3] a ping every minute keeps a radio on for its tail each time, and wakes it each time", () => {
  const clock = createHandClock(START_MS);
  const meter = createTrafficMeter(clock);
  for (let minute = 0; minute < 60; minute += 1) {
    meter.count(40, "mine");
    meter.count(40, "mine");
    clock.advance(60_000);
  }
  const { radioOnMs, wakeUps, sinceMs, untilMs } = meter.read();
  expect(untilMs - sinceMs).toBe(3_600_000);
  expect(wakeUps).toBe(60);
  expect(radioOnMs).toEqual({ lte: 60 * RADIO_TAIL_MS.lte, umts: 60 * RADIO_TAIL_MS.umts });
});

test("[CO3] what comes within a tail wakes nothing and does not count twice", () => {
  const clock = createHandClock(START_MS);
  const meter = createTrafficMeter(clock);
  for (let second = 0; second < 30; second += 1) {
    meter.count(1, "mine");
    clock.advance(1_000);
  }
  expect(meter.read().wakeUps).toBe(1);
  expect(meter.read().radioOnMs.lte).toBe(30_000);
  clock.advance(600_000);
  expect(meter.read().radioOnMs.lte).toBe(29_000 + RADIO_TAIL_MS.lte);
});

test("[CO3] before anything passed, nothing was on", () => {
  const clock = createHandClock(START_MS);
  const meter = createTrafficMeter(clock);
  clock.advance(600_000);
  expect(meter.read()).toMatchObject({ wakeUps: 0, radioOnMs: { lte: 0, umts: 0 } });
});
