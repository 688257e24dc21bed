import { productionTuning } from "@skein/election";
import { expect, test } from "vitest";
import { type ElectionScenario, simulateElection } from "./election-simulation.ts";
import { measuredPopulation } from "./population.ts";

const HOUR = 3_600_000;

const small: ElectionScenario = {
  nodes: 1_200,
  seed: 11,
  tuning: productionTuning,
  population: measuredPopulation,
  settleMs: 2 * HOUR,
  measureMs: HOUR / 2,
  recoverMs: HOUR / 2,
  lossShare: 0.3,
};

test("[EL32] a small network feeds its leaves, stays within the cap and comes back from losing 30 %", () => {
  const figures = simulateElection(small);
  expect(figures.supernodeShare).toBeGreaterThan(0.005);
  expect(figures.supernodeShare).toBeLessThan(0.05);
  expect(figures.shortShare).toBeLessThan(0.01);
  expect(figures.unprovenShare).toBeLessThan(0.2);
  expect(figures.coldStartS).toBeGreaterThan(0);
  expect(figures.recoverS).toBeGreaterThan(0);
  expect(figures.restoreS).toBeGreaterThanOrEqual(figures.recoverS);
});

test("[EL32] the same scenario gives the same figures, another seed others", () => {
  const short = { ...small, nodes: 400, settleMs: HOUR };
  expect(simulateElection(short)).toEqual(simulateElection(short));
  expect(simulateElection(short)).not.toEqual({ ...simulateElection({ ...short, seed: 12 }), seed: 11 });
});

test("[EL32] the figures move as they must: without elections a cold network stays cold", () => {
  const frozen = { ...productionTuning, remainingMs: 10_000 * HOUR };
  const figures = simulateElection({ ...small, tuning: frozen, settleMs: HOUR, measureMs: HOUR / 4 });
  expect(figures.supernodes).toBeLessThanOrEqual(measuredPopulation.pinned);
  expect(figures.coldStartS).toBe(-1);
  expect(figures.shortShare).toBeGreaterThan(0.05);
});
