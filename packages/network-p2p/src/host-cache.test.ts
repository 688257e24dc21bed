import { createKeyPair } from "@skein/identity";
import { createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { adOf, flipBit } from "../test/people.ts";
import { MAX_CACHED_ADS } from "./defaults.ts";
import { createHostCache } from "./host-cache.ts";
import { createRefill } from "./refill.ts";

const NOW = Date.now();
const HOUR_MS = 3_600_000;

test("[PP5] the newest ad of each supernode stays, whatever the order they come in", () => {
  const key = createKeyPair(createSeededRandom(1));
  const [older, newer] = [adOf({ at: NOW - HOUR_MS }, key), adOf({ at: NOW }, key)];
  const cache = createHostCache(() => NOW);
  expect(cache.merge([newer])).toBe(true);
  expect(cache.merge([older])).toBe(false);
  expect(cache.ads).toEqual([newer]);
});

test("[PP5] an expired ad is neither taken nor given out", () => {
  let now = NOW;
  const cache = createHostCache(() => now);
  const ad = adOf({ at: NOW });
  expect(cache.learn(ad.bytes)).toBe(true);
  now = ad.expiresAt;
  expect(cache.ads).toEqual([]);
  expect(cache.learn(ad.bytes)).toBe(false);
});

test("[PP5] a changed ad is refused", () => {
  const cache = createHostCache(() => NOW);
  expect(cache.learn(flipBit(adOf({ at: NOW }).bytes, 900))).toBe(false);
  expect(cache.ads).toEqual([]);
});

test("[PP5] at most 200 stay: those issued last", () => {
  const cache = createHostCache(() => NOW);
  const ads = Array.from({ length: MAX_CACHED_ADS + 3 }, (_, index) => adOf({ at: NOW - index }));
  cache.merge(ads);
  expect(cache.ads.map((ad) => ad.issuedAt)).toEqual(ads.slice(0, MAX_CACHED_ADS).map((ad) => ad.issuedAt));
});

test("[PP5] what was kept is read again, damaged pieces left out, and news is kept", async () => {
  const [kept, fetched] = [adOf({ at: NOW }), adOf({ at: NOW })];
  const saved: (readonly Uint8Array[])[] = [];
  const cache = createHostCache(() => NOW);
  const refill = createRefill({
    cache,
    store: {
      load: async () => [flipBit(kept.bytes, 77), kept.bytes, new Uint8Array(3)],
      save: async (ads) => void saved.push(ads),
    },
    source: async () => [fetched],
  });
  await refill.open();
  expect(new Set(cache.ads)).toEqual(new Set([kept, fetched]));
  expect(saved).toEqual([cache.ads.map((ad) => ad.bytes)]);
});

test("[PP5] neither a store that fails nor a source that fails keeps a leaf from opening", async () => {
  const broken = async (): Promise<never> => {
    throw new Error("broken");
  };
  const cache = createHostCache(() => NOW);
  const refill = createRefill({ cache, store: { load: broken, save: broken }, source: broken });
  await refill.open();
  expect(cache.ads).toEqual([]);
  await expect(refill.fetch()).rejects.toThrow("broken");
});
