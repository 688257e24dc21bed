import { pause } from "@skein/core";
import { describe, expect, test } from "vitest";
import { createHandClock } from "./hand-clock.ts";

describe("hand clock", () => {
  test("[TK1] stands still until it is moved", async () => {
    const clock = createHandClock(1_000);
    let ran = 0;
    clock.at(1_001, () => (ran += 1));
    await clock.settle();
    expect([clock.now(), ran, clock.nextAt]).toEqual([1_000, 0, 1_001]);
    await clock.advance(1);
    expect([clock.now(), ran, clock.nextAt]).toEqual([1_001, 1, undefined]);
  });

  test("[TK2] runs callbacks in order of time, then of asking, each at its own time", async () => {
    const clock = createHandClock(0);
    const ran: string[] = [];
    const note = (name: string) => () => void ran.push(`${name}@${clock.now()}`);
    clock.at(20, note("late"));
    clock.at(10, note("first"));
    clock.at(10, note("second"));
    clock.at(-5, note("overdue"));
    await clock.advanceTo(30);
    expect(ran).toEqual(["overdue@0", "first@10", "second@10", "late@20"]);
    expect(clock.now()).toBe(30);
  });

  test("[TK3] what a callback sets off settles before the next one runs", async () => {
    const clock = createHandClock(0);
    const ran: string[] = [];
    clock.at(10, () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => clock.at(15, () => ran.push("chained")));
    });
    clock.at(20, () => ran.push("next"));
    await clock.advance(20);
    expect(ran).toEqual(["chained", "next"]);
  });

  test("[TK3] a loop of pauses runs through in one advance", async () => {
    const clock = createHandClock(0);
    const seen: number[] = [];
    const loop = (async () => {
      for (let round = 0; round < 3; round += 1) {
        await pause(clock, 100, AbortSignal.timeout(5_000));
        seen.push(clock.now());
      }
    })();
    await clock.advance(1_000);
    await loop;
    expect(seen).toEqual([100, 200, 300]);
  });

  test("[TK4] a cancelled callback never runs", async () => {
    const clock = createHandClock(0);
    let ran = 0;
    const cancel = clock.at(10, () => (ran += 1));
    clock.at(5, cancel);
    await clock.advance(20);
    expect(ran).toBe(0);
    cancel();
    expect(clock.waiting).toBe(0);
  });

  test("[TK5] time gone by, two advances at once and a throwing callback are errors", async () => {
    const clock = createHandClock(100);
    await expect(clock.advanceTo(99)).rejects.toThrow(RangeError);
    await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError);
    const first = clock.advance(1);
    await expect(clock.advance(1)).rejects.toThrow("already being advanced");
    await first;
    clock.at(102, () => {
      throw new Error("from a callback");
    });
    await expect(clock.advance(5)).rejects.toThrow("from a callback");
    await clock.advance(5);
    expect(clock.now()).toBe(107);
  });
});
