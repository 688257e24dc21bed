import { createSeededRandom, type SeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { findings, isRight, rateOf, rateTrain, rowLength, type WayMeasurement } from "./link-judgement.ts";
import { linkLadder, type OneWay } from "./links.ts";
import type { TrainArrival } from "./prober.ts";

const MOST = { clean: 400, lossy: 6000 };

/** What a probe would measure of a direction that is truly so. */
function measured(truth: OneWay, random: SeededRandom): WayMeasurement {
  const delayUs = (): number => 1000 * (truth.delayMs + truth.jitterMs * (2 * random.fraction() - 1));
  const arrival = (sequence: number): TrainArrival => ({ sequence, delayUs: delayUs(), atUs: sequence });
  const sent = rowLength(linkLadder["weak-4g"].up, MOST);
  let bad = false;
  const arrived: TrainArrival[] = [];
  for (let n = 0; n < sent; n += 1) {
    const { enterPercent, leavePercent, lossPercent } = truth.burst;
    if (random.fraction() * 100 < (bad ? leavePercent : enterPercent)) bad = !bad;
    const isLost = (bad && random.fraction() * 100 < lossPercent) || random.fraction() * 100 < truth.lossPercent;
    if (!isLost) arrived.push(arrival(n));
  }
  const spaced = Array.from({ length: 25 }, (_, n) => arrival(n));
  return { spaced, row: { sent, arrived }, rateMbps: truth.rateMbps };
}

const wrongOnes = (way: OneWay, measurement: WayMeasurement): string[] =>
  findings(way, measurement)
    .filter((finding) => !isRight(finding))
    .map(({ what }) => what);

const weak = linkLadder["weak-4g"].up;

test("[LB10] a link that is as declared is found right, for nearly every seed", () => {
  const wrong = Array.from({ length: 200 }, (_, seed) => wrongOnes(weak, measured(weak, createSeededRandom(seed))));
  expect(wrong.filter((found) => found.length > 0).length).toBeLessThanOrEqual(2);
});

test("[LB10] a link that is not as declared is found wrong, and in what", () => {
  const noBurst = { enterPercent: 0, leavePercent: 100, lossPercent: 100 };
  const cases: readonly [what: string, truth: OneWay][] = [
    ["delay ms", { ...weak, delayMs: weak.delayMs + 25 }],
    ["delay ms", { ...weak, delayMs: weak.delayMs - 25 }],
    ["jitter ms", { ...weak, jitterMs: 0 }],
    ["jitter ms", { ...weak, jitterMs: 3 * weak.jitterMs }],
    ["loss %", { ...weak, lossPercent: 0, burst: noBurst }],
    ["loss %", { ...weak, lossPercent: 8 }],
    ["losses in a row", { ...weak, lossPercent: 2.5, burst: noBurst }],
    ["rate Mbit/s", { ...weak, rateMbps: 4 }],
  ];
  for (const [what, truth] of cases) {
    for (const seed of [1, 2, 3]) {
      expect(wrongOnes(weak, measured(truth, createSeededRandom(seed))), `${what}, seed ${seed}`).toContain(what);
    }
  }
});

test("[LB10] nothing measured is not right", () => {
  const nothing: WayMeasurement = { spaced: [], row: { sent: 400, arrived: [] }, rateMbps: undefined };
  expect(wrongOnes(weak, nothing)).toEqual(expect.arrayContaining(["delay ms", "jitter ms", "loss %", "rate Mbit/s"]));
});

test("[LB10] a rate is read from first to last, lost packets counted, and only where our forwarder can keep the pace", () => {
  const arrivals = [0, 1, 3, 4].map((sequence) => ({ sequence, delayUs: 0, atUs: sequence * 1000 }));
  expect(rateOf(arrivals, 1208)).toBeCloseTo(10);
  expect(rateOf(arrivals.slice(0, 1), 1208)).toBeUndefined();
  expect(rateTrain(linkLadder.lan.up)).toBeUndefined();
  expect(rateTrain(weak)?.count).toBeGreaterThanOrEqual(10);
});
