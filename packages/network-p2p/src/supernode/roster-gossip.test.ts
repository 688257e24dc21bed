import { createHandClock, createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { adOf, person } from "../../test/people.ts";
import { ROSTER_SYNC_MS } from "./limits.ts";
import { createRoster } from "./roster.ts";
import { createRosterGossip } from "./roster-gossip.ts";
import type { SupernodePool } from "./supernode-pool.ts";

test("[PI17] a roster that told much of the unknown is followed by another at once, one that did not after ten minutes", async () => {
  const clock = createHandClock();
  const roster = createRoster({ self: person().device }, clock.now);
  const ads = Array.from({ length: 4 }, () => adOf({ at: clock.now() }).bytes);
  let asked = 0;
  const pool = {
    connected: [{ supernode: person().device, index: { version: 2 } }],
    async ask() {
      asked += 1;
      // Each time the neighbour knows two more.
      return { kind: "roster", id: 1, ads: ads.slice(0, 2 * asked), next: undefined };
    },
  } as unknown as SupernodePool;
  const gossip = createRosterGossip({ clock, random: createSeededRandom(0x0515), roster, pool: () => pool });
  for (let round = 0; round < 5; round += 1) await gossip.sync();
  expect([asked, roster.size]).toEqual([3, 4]);
  await clock.advance(ROSTER_SYNC_MS);
  await gossip.sync();
  expect(asked).toBe(4);
});
