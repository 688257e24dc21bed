import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { atMost } from "./at-most.ts";
import { createTimers } from "./timers.ts";

test("[PP51] wake-ups end together; none is set afterwards", async () => {
  const clock = createHandClock();
  const timers = createTimers(clock);
  const woken: string[] = [];
  timers.at(clock.now() + 1, () => woken.push("one"));
  timers.at(clock.now() + 5, () => woken.push("two"));
  const cancel = timers.at(clock.now() + 2, () => woken.push("cancelled"));
  cancel();
  await clock.advance(3);
  timers.cancelAll();
  timers.at(clock.now() + 1, () => woken.push("late"));
  await clock.advance(10);
  expect([woken, clock.waiting]).toEqual([["one"], 0]);
});

test("[PP51] work that fails or never ends holds nobody up", async () => {
  await atMost(60_000, Promise.reject(new Error("failed")));
  await atMost(1, new Promise(() => {}));
});
