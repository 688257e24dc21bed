import type { Clock } from "@skein/core";
import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { createFrameClock } from "./frame-clock.ts";

const never = (error: unknown): never => {
  throw error;
};

test("[PE33] all followers share one beat of 20 ms, which stops with the last of them", async () => {
  const clock = createHandClock();
  const frames = createFrameClock(clock, never);
  const beats = { one: 0, other: 0 };
  const stopOne = frames.follow(() => {
    beats.one += 1;
  });
  const stopOther = frames.follow(() => {
    beats.other += 1;
  });
  await clock.advance(100);
  expect(beats).toEqual({ one: 5, other: 5 });
  expect(clock.waiting).toBe(1);
  stopOne();
  await clock.advance(20);
  expect(beats).toEqual({ one: 5, other: 6 });
  stopOther();
  expect(clock.waiting).toBe(0);
});

test("[PE33] it makes up for a short delay, and leaves out what would only come as a burst", () => {
  let now = 0;
  let timer = { at: 0, act: (): void => {} };
  const clock: Clock = {
    now: () => now,
    at(at, act) {
      timer = { at, act };
      return () => {};
    },
  };
  const frames = createFrameClock(clock, never);
  let beats = 0;
  frames.follow(() => {
    beats += 1;
  });
  const runAt = (at: number): number => {
    now = at;
    const before = beats;
    timer.act();
    return beats - before;
  };
  expect(runAt(20)).toBe(1);
  expect(runAt(85)).toBe(3);
  expect(timer.at).toBe(100);
  expect(runAt(5_000)).toBe(6);
  expect(timer.at).toBe(5_020);
});

test("[PE33] a follower that throws is dropped and told, and the others go on", async () => {
  const clock = createHandClock();
  const told: unknown[] = [];
  const frames = createFrameClock(clock, (error) => told.push(error));
  let beats = 0;
  frames.follow(() => {
    throw new Error("broken");
  });
  frames.follow(() => {
    beats += 1;
  });
  await clock.advance(60);
  expect(told).toEqual([new Error("broken")]);
  expect(beats).toBe(3);
});
