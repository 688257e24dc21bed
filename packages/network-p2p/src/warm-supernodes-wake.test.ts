import { type Clock, NetworkError, silent } from "@skein/core";
import { createHandClock, createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { adOf } from "../test/people.ts";
import { createHostCache } from "./host-cache.ts";
import { keepWarm } from "./warm-supernodes.ts";

test("[PP86] a moment that passes while the plan is made is not forgotten: a leaf alone goes on trying", async () => {
  const hand = createHandClock();
  // As a busy machine's: a timer fires within its millisecond, and time goes on between two looks.
  let aheadMs = 0;
  const clock: Clock = {
    now: () => Math.floor(hand.now()) + aheadMs++,
    at: (atMs, act) =>
      hand.at(Math.max(Math.floor(atMs), hand.now() + 1), () => {
        aheadMs = 0;
        act();
      }),
  };
  const cache = createHostCache(() => hand.now());
  cache.merge([adOf({ at: hand.now() })]);
  const tries: number[] = [];
  const warm = keepWarm(
    { wanted: 3, policy: "any" },
    {
      cache,
      clock,
      random: createSeededRandom(1),
      report: silent,
      dial: async () => {
        tries.push(hand.now());
        throw new NetworkError("unreachable", "nobody listens");
      },
      refill: { open: async () => {}, fetch: async () => {}, keep: () => {} },
      reservations: { addRelay: async () => {}, hasReservation: () => false, addEventListener: () => {} },
      isBusy: () => false,
      onPush: () => {},
    },
  );
  await hand.advance(60_000);
  await warm.stop();
  // Half a second to thirty, doubling, half of each by lot: the sixth comes within half a minute (PP4).
  expect(tries.length).toBeGreaterThanOrEqual(6);
});
