import fc from "fast-check";
import { expect, test } from "vitest";
import { isLive } from "../src/machine/state.ts";
import { high, low, open, relayOnly, widening } from "./transcript.ts";
import { createTwoLines, type Side, type TwoLines } from "./two-lines.ts";

const policies = fc.constantFrom(widening, relayOnly, open);
const choices = fc.array(fc.nat({ max: 11 }), { maxLength: 120 });

/** One thing that may happen, chosen by number. */
function happen(world: TwoLines, choice: number): void {
  const side = world.sides[choice % 2] as Side;
  const call = isLive(side.state) ? side.state.call : "none";
  const kinds = [
    () => world.deliver(side),
    () => world.settle(side),
    () => world.dial(side),
    () => world.give(side, { kind: "answer" }),
    () => world.give(side, { kind: "channel-lost", call }),
    () => world.give(side, { kind: "media", call, fact: "interrupted" }),
  ];
  kinds[Math.floor(choice / 2)]?.();
}

/** Everything said is heard, everything owed is given. */
function quiet(world: TwoLines): void {
  for (let more = true; more; ) {
    more = false;
    for (const side of world.sides) {
      if (world.deliver(side)) more = true;
      if (world.settle(side)) more = true;
    }
  }
}

test("[CL14] whatever happens in whatever order, no side ever has two live connections", () => {
  fc.assert(
    fc.property(policies, choices, (how, sequence) => {
      const world = createTwoLines(low, high, how);
      for (const choice of sequence) {
        happen(world, choice);
        for (const { media, state } of world.sides) {
          expect(media.size).toBeLessThanOrEqual(1);
          for (const call of media) expect(isLive(state) && state.call).toBe(call);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

test("[CL9] after any course of events, one hangup ends the call at both ends and lets go of everything", () => {
  fc.assert(
    fc.property(policies, choices, fc.nat({ max: 1 }), (how, sequence, who) => {
      const world = createTwoLines(low, high, how);
      for (const choice of sequence) happen(world, choice);
      quiet(world);
      world.give(world.sides[who] as Side, { kind: "hangup" });
      quiet(world);
      for (const { state, media } of world.sides) {
        expect(isLive(state)).toBe(false);
        expect(media.size).toBe(0);
      }
    }),
    { numRuns: 2_000 },
  );
});

test("[CL11] [CL12] left alone, every call that nobody answers comes to its end by itself", () => {
  fc.assert(
    fc.property(policies, choices, (how, sequence) => {
      const world = createTwoLines(low, high, how);
      for (const choice of sequence) happen(world, choice);
      for (let waits = 0; waits < 100 && world.wait(); waits += 1) quiet(world);
      // What is still there talks, or waits for nothing.
      for (const { state } of world.sides) if (isLive(state)) expect(state.kind).toBe("connected");
    }),
    { numRuns: 1_000 },
  );
});

test("[CL4] two who call each other end up in one call, in every order of events", () => {
  fc.assert(
    fc.property(policies, fc.array(fc.nat({ max: 3 }), { maxLength: 40 }), fc.boolean(), (how, sequence, lowFirst) => {
      const world = createTwoLines(low, high, how);
      const [one, other] = world.sides;
      world.dial(lowFirst ? one : other);
      world.dial(lowFirst ? other : one);
      for (const choice of sequence) happen(world, choice);
      quiet(world);
      expect([one.state.kind, other.state.kind]).toEqual(["connected", "connected"]);
      const calls = world.sides.map(({ state }) => isLive(state) && state.call);
      expect(calls[0]).toBe(calls[1]);
      expect([...one.media]).toEqual([calls[0]]);
      expect([...other.media]).toEqual([calls[0]]);
    }),
    { numRuns: 2_000 },
  );
});

test("[CL4] when both have asked, it is the lower device id's call that lives", () => {
  const world = createTwoLines(low, high, widening);
  const [one, other] = world.sides;
  for (const side of world.sides) world.dial(side);
  for (const side of world.sides) world.settle(side);
  expect([one.state.kind, other.state.kind]).toEqual(["ringing-out", "ringing-out"]);
  quiet(world);
  for (const { state } of world.sides) expect(state).toMatchObject({ kind: "connected", call: "device-a-1" });
});
