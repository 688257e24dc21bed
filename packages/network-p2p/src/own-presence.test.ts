import { NetworkError, type Presence } from "@skein/core";
import { createHandClock, type HandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { adOf, person, via } from "../test/people.ts";
import { PRESENCE_REFRESH_MS, PRESENCE_SETTLE_MS } from "./defaults.ts";
import { createOwnPresence, type OwnPresence } from "./own-presence.ts";

const account = person();
const [one, two] = [via(adOf().supernode), via(adOf().supernode)];
const START_MS = Date.now();

function stage(refuseUpTo = 0): { clock: HandClock; said: Presence[]; own: OwnPresence } {
  const clock = createHandClock(START_MS);
  const said: Presence[] = [];
  const own = createOwnPresence(account, {
    clock,
    publish: async (presence) => {
      if (presence.sequence <= refuseUpTo) throw new NetworkError("refused", "old");
      said.push(presence);
    },
    newestKnown: async () => refuseUpTo,
  });
  return { clock, said, own };
}

test("[PP17] changes that come together make one record, the newest state", async () => {
  const { clock, said, own } = stage();
  own.open([one]);
  own.setVia([one, two]);
  own.setAvailability("away");
  own.setVia([two]);
  await clock.advance(PRESENCE_SETTLE_MS - 1);
  expect(said).toEqual([]);
  await clock.advance(1);
  expect(said.map((each) => [each.availability, each.via])).toEqual([["away", [two]]]);
});

test("[PP17] every 20 minutes it is said anew, with a rising sequence", async () => {
  const { clock, said, own } = stage();
  own.open([one]);
  await own.publishNow();
  await clock.advance(3 * PRESENCE_REFRESH_MS);
  expect(said.length).toBe(4);
  const sequences = said.map((each) => each.sequence);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
  expect(new Set(sequences).size).toBe(4);
});

test("[PP17] after a reload the sequence is above all before, also within one millisecond", async () => {
  const before = stage();
  before.own.open([one]);
  for (let count = 0; count < 3; count += 1) await before.own.publishNow();
  await before.clock.advance(1_000);
  await before.own.publishNow();
  const after = stage();
  await after.clock.advance(2_000);
  after.own.open([one]);
  await after.own.publishNow();
  const last = before.said.at(-1)?.sequence ?? 0;
  expect(after.said[0]?.sequence).toBeGreaterThan(last);
  expect(new Set(before.said.map((each) => each.sequence)).size).toBe(4);
});

test("[PP17] without a supernode nothing is said; the goodbye names none", async () => {
  const { clock, said, own } = stage();
  own.setVia([one]);
  own.open([]);
  own.setAvailability("away");
  await clock.advance(PRESENCE_REFRESH_MS);
  expect(said).toEqual([]);
  own.setVia([one]);
  await own.publishNow("offline");
  expect(said.map((each) => [each.availability, each.via])).toEqual([["offline", []]]);
  own.close();
  await clock.advance(10 * PRESENCE_REFRESH_MS);
  expect(said.length).toBe(1);
});

test("[PP18] once the app publishes a presence of this device itself, nothing more is said here", async () => {
  const { clock, said, own } = stage();
  own.open([one]);
  own.setAvailability("away");
  own.leaveToApp();
  await clock.advance(2 * PRESENCE_REFRESH_MS);
  await own.publishNow("offline");
  own.setVia([two]);
  await clock.advance(PRESENCE_SETTLE_MS);
  expect(said).toEqual([]);
});

test("[PP19] refused as old, it goes above what the supernodes know", async () => {
  const known = START_MS + 5_000;
  const { said, own } = stage(known);
  own.open([one]);
  await own.publishNow();
  expect(said.map((each) => each.sequence)).toEqual([known + 1]);
});
