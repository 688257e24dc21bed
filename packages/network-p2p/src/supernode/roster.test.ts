import { createKeyPair } from "@skein/identity";
import { createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { adOf, flipBit, person } from "../../test/people.ts";
import { FRESH_AD_MS, SUSPECT_FIRST_RETRY_MS } from "./limits.ts";
import { createRoster } from "./roster.ts";

const random = createSeededRandom(0x0514);

function stage(max?: number) {
  let at = Date.now();
  const self = person().device;
  const roster = createRoster({ self, ...(max === undefined ? {} : { max }) }, () => at);
  const members = (): readonly string[] => roster.members.map(({ supernode }) => supernode);
  return {
    roster,
    members,
    now: () => at,
    pass(ms: number) {
      at += ms;
    },
  };
}

test("[PI3] a supernode whose stream ended is left out at once, and counts again when it is met or says something new", () => {
  const { members, now, pass, roster } = stage();
  const key = createKeyPair(random);
  const ad = adOf({ at: now() }, key);
  let changes = 0;
  roster.subscribe(() => {
    changes += 1;
  });
  roster.add(ad);
  roster.met(ad.supernode);
  expect(roster.handOut().met).toEqual([ad]);
  roster.lost(ad.supernode);
  expect([members(), roster.handOut(), changes]).toEqual([[], { met: [], heard: [] }, 2]);
  pass(10);
  expect(roster.add(adOf({ at: now() }, key))).toBe("back");
  expect(members()).toEqual([ad.supernode]);
  roster.failed(ad.supernode);
  expect(members()).toEqual([]);
  roster.met(ad.supernode);
  expect(members()).toEqual([ad.supernode]);
});

test("[PI3] one of two streams may end without suspicion, and so may one that we close", () => {
  const { members, now, roster } = stage();
  const ad = adOf({ at: now() });
  roster.add(ad);
  roster.met(ad.supernode);
  roster.met(ad.supernode);
  roster.lost(ad.supernode);
  roster.released(ad.supernode);
  expect(members()).toEqual([ad.supernode]);
  expect(roster.handOut()).toEqual({ met: [], heard: [ad] });
});

test("[PI3] a suspect is tried again after a while that doubles; an old ad does not clear it", () => {
  const { members, now, pass, roster } = stage();
  const ad = adOf({ at: now() });
  roster.add(ad);
  expect(roster.toTry()).toEqual([ad]);
  roster.failed(ad.supernode);
  expect([roster.add(ad), members(), roster.toTry()]).toEqual(["known", [], []]);
  pass(SUSPECT_FIRST_RETRY_MS);
  expect(roster.toTry()).toEqual([ad]);
  roster.failed(ad.supernode);
  pass(SUSPECT_FIRST_RETRY_MS);
  expect(roster.toTry()).toEqual([]);
  pass(SUSPECT_FIRST_RETRY_MS);
  expect(roster.toTry()).toEqual([ad]);
});

test("[PI4] what is heard of by others is handed out while fresh; who leaves, and what expired, is not", () => {
  const { members, now, pass, roster } = stage();
  const [fresh, leaving] = [adOf({ at: now() }), adOf({ at: now(), phase: "leaving" })];
  const settling = adOf({ at: now(), phase: "settling" });
  for (const ad of [fresh, leaving, settling]) roster.add(ad);
  expect(new Set(roster.handOut().heard)).toEqual(new Set([fresh, settling]));
  expect(members()).toEqual([fresh.supernode]);
  pass(FRESH_AD_MS + 1);
  expect([roster.handOut().heard, members()]).toEqual([[], [fresh.supernode]]);
  pass(2 * 3_600_000);
  expect([members(), roster.heard()]).toEqual([[], []]);
});

test("[PI4] our own ad, a changed one and one too many are not taken; suspects make room", () => {
  const { now, roster } = stage(2);
  const [one, two, three] = [adOf({ at: now() }), adOf({ at: now() }), adOf({ at: now() })];
  expect(roster.read(flipBit(one.bytes, 700))).toBeUndefined();
  expect(roster.read(one.bytes)).toEqual(one);
  expect([roster.add(one), roster.add(two), roster.add(three)]).toEqual(["new", "new", "full"]);
  roster.failed(one.supernode);
  expect([roster.add(three), roster.size]).toEqual(["new", 2]);
  // Known bytes are not checked again: they are the entry itself.
  expect(roster.read(two.bytes)).toBe(two);
});
