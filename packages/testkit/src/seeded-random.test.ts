import { afterEach, describe, expect, test, vi } from "vitest";
import { createSeededRandom, seedFromEnvironment } from "./seeded-random.ts";
import { createXoshiro } from "./xoshiro.ts";

describe("seeded random", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test("[TK6] is xoshiro128**: the numbers of the authors' C code for the state 1 2 3 4", () => {
    const next = createXoshiro([1, 2, 3, 4]);
    const expected = [11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597];
    expect(expected.map(() => next())).toEqual(expected);
  });

  test("[TK6] the same seed gives the same run, another seed another", () => {
    const draw = (seed: number): unknown[] => {
      const random = createSeededRandom(seed);
      return [random.bytes(7), random.fraction(), random.bytes(16)];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(0)).not.toEqual(draw(2 ** 32 - 1));
  });

  test("[TK7] fractions lie in [0, 1) and are spread evenly; bytes too", () => {
    const random = createSeededRandom(1);
    const tenths = new Array<number>(10).fill(0);
    for (let draw = 0; draw < 10_000; draw += 1) {
      const fraction = random.fraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
      const tenth = Math.floor(fraction * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    for (const count of tenths) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    const bytes = random.bytes(65_537);
    expect(bytes.byteLength).toBe(65_537);
    expect(new Set(bytes).size).toBe(256);
    expect(random.bytes(0).byteLength).toBe(0);
  });

  test("[TK7] what is not a seed is refused", () => {
    for (const seed of [-1, 0.5, 2 ** 32, Number.NaN]) expect(() => createSeededRandom(seed)).toThrow(RangeError);
  });

  test("[TK8] the seed of a run comes from SKEIN_SEED, or is fresh, and is printed", () => {
    const print = vi.spyOn(console, "log").mockImplementation(() => {});
    vi.stubEnv("SKEIN_SEED", "42");
    expect(seedFromEnvironment("here")).toBe(42);
    expect(print).toHaveBeenLastCalledWith("here: SKEIN_SEED=42");
    vi.stubEnv("SKEIN_SEED", "");
    const fresh = seedFromEnvironment("here");
    expect(createSeededRandom(fresh).seed).toBe(fresh);
    expect(print).toHaveBeenLastCalledWith(`here: SKEIN_SEED=${fresh}`);
    vi.stubEnv("SKEIN_SEED", "dice");
    expect(() => seedFromEnvironment("here")).toThrow(RangeError);
  });
});
