import { expect, test } from "vitest";
import { createChance } from "./chance.ts";
import { availability, meetSession, measuredPopulation as population } from "./population.ts";

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const MINUTE = 60_000;

test("[EL32] the same seed draws the same, another seed otherwise", () => {
  const run = (seed: number): number[] => draws(20, createChance(seed).fraction);
  expect(run(1)).toEqual(run(1));
  expect(run(1)).not.toEqual(run(2));
});

test("[EL32] draws follow their distributions", () => {
  const chance = createChance(7);
  const normals = draws(20_000, chance.normal);
  expect(mean(normals)).toBeCloseTo(0, 1);
  expect(mean(normals.map((value) => value * value))).toBeCloseTo(1, 1);
  expect(mean(draws(20_000, () => chance.gamma(2.6)))).toBeCloseTo(2.6, 1);
  const { scaleMs, shape } = population.session;
  const sessions = draws(40_000, () => chance.weibull(scaleMs, shape) / MINUTE);
  // scale · Γ(1 + 1/k) and scale · (ln 2)^(1/k).
  expect(Math.abs(mean(sessions) - 247)).toBeLessThan(12);
  expect(Math.abs((sessions.toSorted((a, b) => a - b)[20_000] ?? 0) - 93.4)).toBeLessThan(4);
});

test("[EL32] sessions met in the middle are the long ones, and half of each is over", () => {
  const chance = createChance(9);
  const { scaleMs, shape } = population.session;
  const met = draws(40_000, () => meetSession(scaleMs, shape, chance));
  // E[T²]/E[T] of a Weibull: scale · Γ(1 + 2/k) / Γ(1 + 1/k), here 5.69 scales.
  expect(mean(met.map(({ ageMs, leftMs }) => (ageMs + leftMs) / scaleMs))).toBeCloseTo(5.69, 0);
  expect(mean(met.map(({ ageMs }) => ageMs)) / mean(met.map(({ leftMs }) => leftMs))).toBeCloseTo(1, 1);
});

test("[EL32] availability is mean session over mean cycle", () => {
  const alike = { ...population, absence: population.session };
  expect(availability(population.session.scaleMs, alike)).toBeCloseTo(0.5, 10);
  expect(availability(Number.POSITIVE_INFINITY, population)).toBe(1);
  expect(availability(population.session.scaleMs, population)).toBeGreaterThan(0.15);
  expect(availability(population.session.scaleMs, population)).toBeLessThan(0.35);
});
