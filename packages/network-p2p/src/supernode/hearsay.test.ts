import { createKeyPair, signAd, verifyAd } from "@skein/identity";
import { createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { adOf } from "../../test/people.ts";
import { createHearsay } from "./hearsay.ts";

test("[PP62] a report is as old as the ad it came in: seen again it is no fresher, signed anew it is", () => {
  const hearsay = createHearsay();
  const key = createKeyPair(createSeededRandom(5));
  const old = adOf({ at: 1_000_000 }, key);
  expect(hearsay.reports([old], 5).map(({ heardAt }) => heardAt)).toEqual([5]);
  expect(hearsay.reports([old], 9).map(({ heardAt }) => heardAt)).toEqual([5]);
  expect(hearsay.reports([adOf({ at: 2_000_000 }, key)], 12).map(({ heardAt }) => heardAt)).toEqual([12]);
});

test("[PP62] builds that report no service are reckoned open, with the slots their load tells", () => {
  const [report] = createHearsay().reports([adOf({ loadPct: 75, freeSlots: 100 })], 5);
  expect(report).toMatchObject({ phase: "open", slots: 400, leaves: 300, candidates: 0, network: "192.0" });
  const serving = { phase: "settling", since: 3, slots: 0, leaves: 0, turnedAway: 2, candidates: 9 } as const;
  const statement = { addresses: [], build: "b", issuedAt: 4, loadPct: 0, freeSlots: 0, serving };
  const ad = verifyAd(signAd(statement, createKeyPair(createSeededRandom(6))), 4);
  expect(ad.ok && createHearsay().reports([ad.value], 5)[0]).toMatchObject(serving);
});
