import fc from "fast-check";
import { expect, test } from "vitest";
import { createTimeline } from "./timeline.ts";

test("[EL32] everything happens in order of time and, at one time, of asking", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), (times) => {
      const timeline = createTimeline(0);
      const heard: [number, number][] = [];
      for (const [index, at] of times.entries()) timeline.later(at, () => void heard.push([timeline.now(), index]));
      timeline.runUntil(25);
      expect(timeline.now()).toBe(25);
      expect(heard.every(([at]) => at <= 25)).toBe(true);
      timeline.runUntil(50);
      const wanted = times
        .map((at, index): [number, number] => [at, index])
        .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
      expect(heard).toEqual(wanted);
      expect(timeline.happened).toBe(times.length);
    }),
  );
});

test("[EL32] what happens may ask for more, also at once", () => {
  const timeline = createTimeline(100);
  const heard: number[] = [];
  timeline.later(5, () => {
    heard.push(timeline.now());
    timeline.later(0, () => void heard.push(timeline.now()));
    timeline.later(-3, () => void heard.push(timeline.now()));
    timeline.later(10, () => void heard.push(timeline.now()));
  });
  timeline.runUntil(110);
  expect(heard).toEqual([105, 105, 105]);
});
