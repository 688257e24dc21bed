import { type Random, systemRandom } from "@skein/core";
import { createSplitmix, createXoshiro } from "./xoshiro.ts";

/** Chance that can be played again. Never for keys outside tests. */
export interface SeededRandom extends Random {
  readonly seed: number;
}

/**
 * Makes a random source that gives the same run for the same seed (0 to 2³²−1): xoshiro128**, its state filled by
 * splitmix32. Bytes are the numbers in little-endian order; what is left of the last number is thrown away.
 * Throws `RangeError` for any other seed. Rules: docs/spec/testkit.md#TK6, #TK7.
 */
export function createSeededRandom(seed: number): SeededRandom {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) throw new RangeError(`not a seed: ${seed}`);
  const spread = createSplitmix(seed);
  const next = createXoshiro([spread(), spread(), spread(), spread()]);
  return {
    seed,
    bytes(count) {
      const bytes = new Uint8Array(count);
      const view = new DataView(bytes.buffer);
      for (let at = 0; at < count; at += 4) {
        const number = next();
        if (at + 4 <= count) view.setUint32(at, number, true);
        else for (let rest = at; rest < count; rest += 1) bytes[rest] = (number >>> (8 * (rest - at))) & 0xff;
      }
      return bytes;
    },
    fraction: () => next() / 2 ** 32,
  };
}

/**
 * The seed of this run: the environment's `SKEIN_SEED`, or a fresh one. Prints it, so that a failing run can be played
 * again. `label` says whose seed it is. Throws `RangeError` when `SKEIN_SEED` is not a seed.
 */
export function seedFromEnvironment(label: string): number {
  const given = process.env.SKEIN_SEED;
  const seed = given === undefined || given === "" ? freshSeed() : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new RangeError(`SKEIN_SEED is not a seed: ${given}`);
  console.log(`${label}: SKEIN_SEED=${seed}`);
  return seed;
}

function freshSeed(): number {
  return Math.floor(systemRandom.fraction() * 2 ** 32);
}
