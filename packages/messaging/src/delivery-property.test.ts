import { seedFromEnvironment } from "@skein/testkit";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDeliveryPair, type DeliveryPair, type Side } from "../test/delivery-pair.ts";

const seed = seedFromEnvironment("delivery");

/** What may happen; the more often a name stands here, the more often it is drawn. */
const DEEDS = {
  send: 4,
  open: 2,
  cut: 1,
  notice: 2,
  deliver: 12,
  answer: 8,
  breakStore: 1,
  read: 1,
  tick: 3,
  reload: 1,
} as const;

interface Act {
  readonly deed: keyof typeof DEEDS;
  readonly who: 0 | 1;
  readonly channel: number;
  readonly kept: number;
  readonly waitMs: number;
}

const act: fc.Arbitrary<Act> = fc.record({
  deed: fc.oneof(
    ...Object.entries(DEEDS).map(([deed, weight]) => ({ weight, arbitrary: fc.constant(deed as keyof typeof DEEDS) })),
  ),
  who: fc.constantFrom(0, 1),
  channel: fc.nat({ max: 7 }),
  kept: fc.nat({ max: 7 }),
  waitMs: fc.constantFrom(1, 25, 2_000, 31_000),
});

function perform(pair: DeliveryPair, { deed, who, channel, kept, waitMs }: Act): void {
  const side: Side = pair.sides[who];
  const deeds: Record<keyof typeof DEEDS, () => void> = {
    send: () => pair.send(side),
    open: () => pair.open(side),
    cut: () => pair.cut(channel, kept),
    notice: () => pair.notice(side, channel),
    deliver: () => pair.deliver(side, channel),
    answer: () => pair.answer(side),
    breakStore: () => pair.breakStore(side),
    read: () => pair.read(side),
    tick: () => pair.tick(side, waitMs),
    reload: () => pair.reload(side),
  };
  deeds[deed]();
}

/** What a side received is always the beginning of what the other sent: nothing twice, nothing out of order, no gap. */
function expectPrefixes({ sides: [alice, bob] }: DeliveryPair): void {
  for (const [from, to] of [
    [alice, bob],
    [bob, alice],
  ] as const) {
    expect(to.received.map(({ id }) => id)).toEqual(from.sent.slice(0, to.received.length).map(({ id }) => id));
  }
}

describe("delivery between two sides", () => {
  test("[MS15] whatever channels do, each message is kept once, in the order of sending, and no receipt lies", () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 20, maxLength: 150 }), (acts) => {
        const pair = createDeliveryPair();
        for (const each of acts) {
          perform(pair, each);
          expectPrefixes(pair);
        }
        pair.heal();
        for (const { sent } of pair.sides)
          expect(sent.filter(({ state }) => !["delivered", "read"].includes(state))).toEqual([]);
        const [alice, bob] = pair.sides;
        expect([alice.received.length, bob.received.length]).toEqual([bob.sent.length, alice.sent.length]);
      }),
      { numRuns: 300, seed },
    );
  });

  test("[MS15] the last read receipts arrive too, whatever channels did before", () => {
    fc.assert(
      fc.property(fc.array(act, { minLength: 20, maxLength: 100 }), (acts) => {
        const pair = createDeliveryPair();
        for (const each of acts) perform(pair, each);
        pair.heal();
        for (const side of pair.sides) pair.read(side);
        pair.heal();
        for (const { sent } of pair.sides) expect(sent.filter(({ state }) => state !== "read")).toEqual([]);
      }),
      { numRuns: 100, seed },
    );
  });
});
