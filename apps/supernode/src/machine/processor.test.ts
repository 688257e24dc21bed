import { expect, test } from "vitest";
import { createProcessor, type ProcessorTimes } from "./processor.ts";

/** Two cores of which `idlePct` is idle, while our thread takes `ownPct` of one; a sample every 10 s. */
function run(idlePct: number, ownPct: number, quotaCores?: number): ReturnType<typeof createProcessor> {
  let times: ProcessorTimes = { idleMs: 5_000, allMs: 9_000, processMs: 100, threadMs: 90 };
  const processor = createProcessor(() => times, quotaCores);
  for (let now = 0; now <= 60_000; now += 10_000) {
    processor.sample(now);
    times = {
      idleMs: times.idleMs + 20_000 * (idlePct / 100),
      allMs: times.allMs + 20_000,
      processMs: times.processMs + 10_000 * (ownPct / 100),
      threadMs: times.threadMs + 10_000 * (ownPct / 100),
    };
  }
  return processor;
}

test("[SU18] CPU that is free is what the machine leaves idle, and no more than our own thread has left", () => {
  expect(run(70, 10).freePct()).toBeCloseTo(70);
  expect(run(70, 80).freePct()).toBeCloseTo(20);
  expect(run(70, 80).ownPct()).toBeCloseTo(80);
});

test("[SU18] in a container the quota bounds it, and what was not measured is not free", () => {
  expect(run(100, 20, 0.5).freePct()).toBeCloseTo(60);
  const fresh = createProcessor(() => ({ idleMs: 1, allMs: 1, processMs: 1, threadMs: 1 }), undefined);
  expect([fresh.freePct(), fresh.ownPct()]).toEqual([0, 0]);
});

test("[SU18] the real processors have between none and all of their time free", () => {
  const processor = createProcessor();
  processor.sample(0);
  for (let turn = 0, until = performance.now() + 60; performance.now() < until; turn++) Math.sqrt(turn);
  processor.sample(60);
  expect(processor.freePct()).toBeGreaterThanOrEqual(0);
  expect(processor.freePct()).toBeLessThanOrEqual(100);
  expect(processor.ownPct()).toBeGreaterThan(0);
});
