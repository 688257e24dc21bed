import { expect, test } from "vitest";
import { person } from "../test/people.ts";
import { CHEAP_REQUESTS, DEAR_REQUESTS } from "./supernode/limits.ts";
import { createPeerRates } from "./supernode/request-rates.ts";
import { createTokenBucket } from "./token-bucket.ts";

test("[PP23] a bucket gives its burst at once, then so many a second, and never more than the burst", () => {
  let now = 0;
  const bucket = createTokenBucket({ burst: 3, perSecond: 2 }, () => now);
  const takeAll = (): number => {
    let count = 0;
    while (bucket.take()) count += 1;
    return count;
  };
  expect(takeAll()).toBe(3);
  now += 1_000;
  expect(takeAll()).toBe(2);
  now += 3_600_000;
  expect(takeAll()).toBe(3);
  now -= 5_000; // A clock that goes back gives nothing.
  expect(takeAll()).toBe(0);
});

test("[PP23] each peer has its own right to dear requests, whatever streams it opens", () => {
  const refused: string[] = [];
  const rates = createPeerRates(
    { cheap: CHEAP_REQUESTS, dear: DEAR_REQUESTS },
    { now: () => 0, onRefused: (kind) => refused.push(kind) },
  );
  const [one, other] = [person().device, person().device];
  for (let count = 0; count < DEAR_REQUESTS.burst; count += 1) expect(rates.allow(one, "dear")).toBe(true);
  expect(rates.allow(one, "dear")).toBe(false);
  expect(rates.allow(one, "cheap")).toBe(true);
  expect(rates.allow(other, "dear")).toBe(true);
  expect(refused).toEqual(["dear"]);
});
