import type { DeviceId, Presence } from "@skein/core";
import { createHandClock } from "@skein/testkit";
import { expect, test } from "vitest";
import { person, presenceOf } from "../../test/people.ts";
import type { IndexClient, Question } from "../index-client.ts";
import { createDurableBook } from "./durable-book.ts";
import { createHandOver } from "./hand-over.ts";
import { HAND_OVER_AFTER_MS } from "./limits.ts";
import type { Placement } from "./placement.ts";
import { createPresenceBook } from "./presence-book.ts";
import type { SupernodePool } from "./supernode-pool.ts";

/** One of some supernodes that all hold everything, each a member or not as the test says; who is sent what. */
function stage(at: "last" | "first", homeOf: (self: DeviceId) => DeviceId) {
  const clock = createHandClock(Date.now());
  const [first, second, other] = [person().device, person().device, person().device] as const;
  const self = at === "first" ? first : second;
  const all = [first, second, other];
  let members: readonly DeviceId[] = all;
  const presences = createPresenceBook(clock.now);
  const account = person();
  const via = [{ supernode: homeOf(self), addresses: [] }];
  const presence: Presence = presenceOf(account, { sequence: 1, at: clock.now(), via });
  presences.accept(presence);
  const placement: Pick<Placement, "members" | "holders" | "othersOf"> = {
    get members() {
      return members.map((supernode) => ({ supernode, neighbourhood: "" }));
    },
    holders: (_, among) => all.filter((each) => among.some(({ supernode }) => supernode === each)),
    othersOf: () => members.filter((each) => each !== self),
  };
  const sent: DeviceId[] = [];
  const pool: Pick<SupernodePool, "open" | "ask"> = {
    open: async () => ({ version: 2 }) as IndexClient,
    ask: async (_: DeviceId, question: Question) => ({
      kind: "wanted",
      id: 1,
      keys: question.kind === "offer" ? question.items.map(({ key }) => key) : [],
    }),
  };
  const handOver = createHandOver({
    self,
    clock,
    presences,
    durables: createDurableBook(clock.now),
    placement: placement as Placement,
    pool: pool as SupernodePool,
    outbox: {
      send: async (to) => {
        sent.push(to);
        return true;
      },
      unsent: 0,
    },
  });
  const change = (to: readonly DeviceId[]): void => {
    members = to;
    handOver.rosterChanged();
  };
  return { all, change, clock, handOver, other, sent };
}

test("[PI9] a holder that was away for a record's home alone is given it when it is back, even at once", async () => {
  for (const pauseMs of [0, 10 * HAND_OVER_AFTER_MS]) {
    const { all, change, clock, handOver, other, sent } = stage("last", (self) => self);
    change(all.filter((each) => each !== other));
    await clock.advance(pauseMs);
    change(all);
    await clock.advance(2 * HAND_OVER_AFTER_MS);
    expect(sent).toEqual([other]);
    handOver.stop();
  }
});

test("[PI9] otherwise the first of its holders gives it, and nobody else", async () => {
  for (const [at, given] of [
    ["first", 1],
    ["last", 0],
  ] as const) {
    const { all, change, clock, handOver, other, sent } = stage(at, () => person().device);
    change(all.filter((each) => each !== other));
    await clock.advance(2 * HAND_OVER_AFTER_MS);
    change(all);
    await clock.advance(2 * HAND_OVER_AFTER_MS);
    expect(sent).toEqual(Array.from({ length: given }, () => other));
    handOver.stop();
  }
});
