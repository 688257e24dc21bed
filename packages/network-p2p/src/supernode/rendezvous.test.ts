import { deviceIdFromKey, userIdFromKey } from "@skein/core";
import { createSeededRandom } from "@skein/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createPlacement } from "./placement.ts";
import { holdersOf, type Member } from "./rendezvous.ts";
import type { Roster } from "./roster.ts";

const random = createSeededRandom(0x0513);
const member = (index: number): Member => ({
  supernode: deviceIdFromKey(random.bytes(32)),
  neighbourhood: `${index % 200}.${index % 7}`,
});
const many = Array.from({ length: 400 }, (_, index) => member(index));
const few = { replicas: 3, everywhereUpTo: 64 } as const;
const keys = Array.from({ length: 2_000 }, () => random.bytes(32));

test("[PI1] any two that know the same supernodes, in whatever order, place a key alike", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.shuffledSubarray(many, { minLength: 70 }),
      (key, some) => {
        const holders = holdersOf(key, some, few);
        expect(holders).toEqual(holdersOf(key, some.toReversed(), few));
        expect(new Set(holders).size).toBe(3);
      },
    ),
    { numRuns: 40 },
  );
});

test("[PI1] when a supernode leaves only its own keys move, each to one more holder; the same backwards when it comes", () => {
  fc.assert(
    fc.property(fc.nat(99), fc.uint8Array({ minLength: 32, maxLength: 32 }), (gone, key) => {
      const before = many.slice(0, 100).map((each, index) => ({ ...each, neighbourhood: `${index}` }));
      const after = before.filter((_, index) => index !== gone);
      const [then, now] = [holdersOf(key, before, few), holdersOf(key, after, few)];
      const left = before[gone]?.supernode;
      const kept = then.filter((each) => each !== left);
      expect(now.filter((each) => then.includes(each))).toEqual(kept);
      expect(now.filter((each) => !then.includes(each)).length).toBe(3 - kept.length);
    }),
    { numRuns: 100 },
  );
});

test("[PI1] keys are spread evenly: nobody holds twice its share", () => {
  const loads = new Map<string, number>();
  const some = many.slice(0, 100).map((each, index) => ({ ...each, neighbourhood: `${index}` }));
  for (const key of keys)
    for (const holder of holdersOf(key, some, few)) loads.set(holder, (loads.get(holder) ?? 0) + 1);
  const share = (keys.length * 3) / some.length;
  expect(loads.size).toBe(some.length);
  for (const load of loads.values()) {
    expect(load).toBeLessThan(2 * share);
    expect(load).toBeGreaterThan(share / 2);
  }
});

test("[PI1] holders stand in different neighbourhoods where there are such, and are three where there are not", () => {
  const neighbourhoods = new Map(many.map((each) => [each.supernode, each.neighbourhood]));
  const alike = many.slice(0, 100).map((each) => ({ ...each, neighbourhood: "10.0" }));
  for (const key of keys.slice(0, 50)) {
    const holders = holdersOf(key, many, few);
    expect(new Set(holders.map((each) => neighbourhoods.get(each))).size).toBe(3);
    expect(holdersOf(key, alike, few).length).toBe(3);
  }
});

test("[PI2] up to 64 supernodes all hold every key, each key in its own order; the 65th makes it three", () => {
  const [key = new Uint8Array(32)] = keys;
  const all = holdersOf(key, many.slice(0, 64), few);
  expect(new Set(all)).toEqual(new Set(many.slice(0, 64).map((each) => each.supernode)));
  expect(holdersOf(key, many.slice(0, 65), few).length).toBe(3);
});

test("[PG9] where all hold all, a read asks in different neighbourhoods first, and leaves nobody out", () => {
  // Twenty of one landlord, two of others.
  const members = Array.from({ length: 22 }, (_, index) => ({
    ...member(index),
    neighbourhood: index < 20 ? "10.1" : `10.${index}`,
  }));
  const [self, ...others] = members;
  if (self === undefined) throw new Error("nobody");
  const placement = createPlacement({}, { self, roster: { members: others } as unknown as Roster });
  const placeOf = (id: string): string | undefined => members.find((each) => each.supernode === id)?.neighbourhood;
  for (const key of keys.slice(0, 100)) {
    const user = userIdFromKey(key);
    const asked = placement.toAsk(user);
    expect(new Set(asked.slice(0, 3).map(placeOf)).size).toBe(3);
    expect(new Set(asked)).toEqual(new Set(placement.othersOf(user)));
  }
});
