import { createKeyPair } from "@skein/identity";
import { createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { adOf, flipBit } from "../test/people.ts";
import { MAX_CACHED_ADS, MAX_HINT_AGE_MS } from "./defaults.ts";
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

test("[PP5] an expired ad is kept as a place to ask, and believed no more", () => {
  let now = NOW;
  const cache = createHostCache(() => now);
  const ad = adOf({ at: NOW });
  expect(cache.learn(ad.bytes)).toBe(true);
  now = ad.expiresAt;
  expect(cache.ads).toEqual([]);
  expect(cache.known).toEqual([ad]);
  expect(createHostCache(() => now).learn(ad.bytes)).toBe(false);
  now = ad.expiresAt + MAX_HINT_AGE_MS;
  expect(cache.known).toEqual([]);
});

test("[PP5] what was kept is recalled though it expired, and nothing that never held", () => {
  const ad = adOf({ at: NOW - 30 * 24 * HOUR_MS });
  const cache = createHostCache(() => NOW);
  expect(cache.recall(ad.bytes)).toBe(true);
  expect([cache.ads, cache.known]).toEqual([[], [ad]]);
  expect(cache.recall(flipBit(adOf({ at: NOW }).bytes, 900))).toBe(false);
  expect(cache.recall(adOf({ at: NOW + 24 * HOUR_MS }).bytes)).toBe(false);
});

test("[PP5] strangers' ads do not push out those that served us", () => {
  const cache = createHostCache(() => NOW);
  const served = adOf({ at: NOW - HOUR_MS });
  cache.merge([served]);
  cache.proved(served.supernode);
  cache.merge(Array.from({ length: MAX_CACHED_ADS + 3 }, () => adOf({ at: NOW })));
  expect(cache.known.length).toBe(MAX_CACHED_ADS);
  expect(cache.known).toContain(served);
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

test("[PP68] what was kept is read again, damaged pieces left out; the source is not asked then, and its news is kept", async () => {
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
  expect(cache.ads).toEqual([kept]);
  await refill.fetch();
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
