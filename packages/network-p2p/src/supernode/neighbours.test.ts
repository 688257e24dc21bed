import type { Connection } from "@libp2p/interface";
import { type DeviceId, silent } from "@skein/core";
import { createHandClock, createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { adOf } from "../../test/people.ts";
import { type Answer, type IndexClient, type Question, SupernodeRefusal } from "../index-client.ts";
import { keepNeighbours } from "./neighbours.ts";
import { createRoster } from "./roster.ts";
import type { Neighbour } from "./supernode-pool.ts";

const EVERY_MS = 30_000;

/** A supernode with so many neighbours, all connected; says what each was asked since the last look. */
function meeting(count: number, version: 1 | 2 = 2) {
  const clock = createHandClock();
  const roster = createRoster({ self: adOf().supernode }, () => clock.now());
  const ads = Array.from({ length: count }, () => adOf({ at: clock.now() }));
  for (const ad of ads) roster.add(ad);
  const index = (): IndexClient => ({
    version,
    ask: () => Promise.reject(new Error("by the pool")),
    close: async () => {},
  });
  const connected: readonly Neighbour[] = ads.map(({ supernode }) => ({
    supernode,
    connection: {} as Connection,
    index: index(),
  }));
  const silentOnes = new Set<DeviceId>();
  const refusing = new Set<DeviceId>();
  const dropped: DeviceId[] = [];
  const standing = { ad: Uint8Array.of(1), candidate: "no" as "yes" | "no" };
  let asked: { readonly supernode: DeviceId; readonly question: Question; readonly at: number }[] = [];
  const answer = ({ kind }: Question): Answer => {
    if (kind === "neighbours") return { kind: "ads", id: 1, ads: [] };
    return kind === "join" ? { kind: "joined", id: 1, observed: "192.0.2.1" } : { kind: "done", id: 1 };
  };
  const neighbours = keepNeighbours(
    { everyMs: EVERY_MS },
    {
      clock,
      random: createSeededRandom(7),
      report: silent,
      roster,
      pool: {
        connected,
        asked: 0,
        isOpen: (supernode) => connected.some((each) => each.supernode === supernode),
        open: () => Promise.reject(new Error("nobody else")),
        drop: (supernode) => void dropped.push(supernode),
        ask: async (supernode, question) => {
          asked.push({ supernode, question, at: clock.now() });
          if (refusing.has(supernode)) throw new SupernodeRefusal({ reason: "rate" });
          if (silentOnes.has(supernode)) throw new Error("silent");
          return answer(question);
        },
        stop: () => {},
      },
      gossip: { heard: () => {}, heardOwn: () => {}, sync: async () => {}, page: () => ({ ads: [], next: undefined }) },
      source: async () => [],
      ownAd: () => standing.ad,
      wanted: () => count,
      candidate: () => standing.candidate,
      onObserved: () => {},
      onNotice: () => {},
    },
  );
  return {
    clock,
    neighbours,
    connected,
    silentOnes,
    refusing,
    dropped,
    standing,
    look: () => {
      const before = asked;
      asked = [];
      return before;
    },
  };
}

const kinds = (asked: readonly { readonly question: Question }[]): Record<string, number> =>
  Object.fromEntries(
    Object.entries(Object.groupBy(asked, ({ question }) => question.kind)).map(([kind, some]) => [
      kind,
      some?.length ?? 0,
    ]),
  );

test("[PI19] the first round says and asks; a later one asks three, and only a sign of life of those with no news", async () => {
  const { look, neighbours } = meeting(40);
  await neighbours.tend("some");
  expect(kinds(look())).toEqual({ announce: 40, join: 40, neighbours: 3 });
  await neighbours.tend("some");
  const later = look();
  expect(kinds(later)).toEqual({ neighbours: 3, here: 37 });
  expect(new Set(later.map(({ supernode }) => supernode)).size).toBe(40);
  neighbours.stop();
});

test("[PI19] what is new is said to all: our ad, and whether we would serve", async () => {
  const { look, neighbours, standing } = meeting(5);
  await neighbours.tend("some");
  look();
  standing.ad = Uint8Array.of(2);
  await neighbours.tend("some");
  expect(kinds(look())).toEqual({ announce: 5, neighbours: 3 });
  standing.candidate = "yes";
  await neighbours.tend("some");
  const joins = look().filter(({ question }) => question.kind === "join");
  expect(joins).toHaveLength(5);
  expect(joins.filter(({ question }) => question.kind === "join" && question.home === "yes")).toHaveLength(1);
  neighbours.stop();
});

test("[PI19] one that gives no sign of life is dropped, and one of version 1 is asked what it knows", async () => {
  const { connected, dropped, look, neighbours, silentOnes } = meeting(6);
  await neighbours.tend("some");
  const [gone] = connected;
  if (gone === undefined) throw new Error("six neighbours");
  silentOnes.add(gone.supernode);
  await neighbours.tend("some");
  expect(dropped).toEqual([gone.supernode]);
  neighbours.stop();
  look();
  const old = meeting(4, 1);
  await old.neighbours.tend("some");
  await old.neighbours.tend("some");
  expect(kinds(old.look())).toEqual({ announce: 4, neighbours: 8 });
  old.neighbours.stop();
});

test("[PI19] what one refused to hear is said again", async () => {
  const { connected, dropped, look, neighbours, refusing } = meeting(2);
  const [busy] = connected;
  if (busy === undefined) throw new Error("two neighbours");
  refusing.add(busy.supernode);
  await neighbours.tend("some");
  look();
  refusing.clear();
  await neighbours.tend("some");
  const again = look().filter(({ supernode }) => supernode === busy.supernode);
  expect(kinds(again)).toMatchObject({ announce: 1, join: 1 });
  expect(dropped).toEqual([]);
  neighbours.stop();
});

test("[PI19] before a decision all are asked, also when a smaller round is under way", async () => {
  const { look, neighbours } = meeting(9);
  const [some, all, joined] = [neighbours.tend("some"), neighbours.tend("all"), neighbours.tend("some")];
  await some;
  expect(kinds(look())).toMatchObject({ neighbours: 3 });
  await Promise.all([all, joined]);
  expect(kinds(look())).toEqual({ neighbours: 9 });
  neighbours.stop();
});

test("[PI19] rounds of different supernodes drift apart: each comes a quarter earlier or later by lot", async () => {
  const { clock, look, neighbours } = meeting(4);
  await neighbours.tend("some");
  await clock.advance(40 * EVERY_MS);
  neighbours.stop();
  const rounds = [...new Set(look().map(({ at }) => at))];
  const gaps = rounds.slice(1).map((at, index) => at - (rounds[index] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.75 * EVERY_MS);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(1.25 * EVERY_MS);
  expect(Math.max(...gaps) - Math.min(...gaps)).toBeGreaterThan(0.25 * EVERY_MS);
});
