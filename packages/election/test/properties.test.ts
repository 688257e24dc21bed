import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Cause, type Decision, standingOf, step, productionTuning as tuning } from "../src/index.ts";
import type { WorldNode } from "./cell-world.ts";
import { announced, anyHappening, anyPlay, type Play, perform } from "./play.ts";

const check = (property: fc.IProperty<[Play]>, examples: [Play][] = []): void =>
  fc.assert(property, { numRuns: 30, examples });

/** Twelve that are all sure to win, and slow news: more start than may. */
const rushes = Array.from({ length: 6 }, (_, index): [Play] => [
  {
    nodes: 12,
    unproven: 0,
    newsMs: 5_000,
    claimed: 0,
    crowdGuess: 1,
    beginsMs: 777_777 * index,
    happenings: [{ what: "ask", who: 0, slots: 6_000, thenMs: 1_200_000 }],
  },
]);

test("[EL13] [EL14] nobody opens when as many as are allowed came before it in the window, whatever supernodes claim", () => {
  let opened = 0;
  let withdrew = 0;
  check(
    fc.property(anyPlay, (played) => {
      perform(played, {
        onDecision(world, node, decision, now) {
          if (decision.kind === "demote" && node.state.offered === 0) withdrew += 1;
          if (decision.kind !== "open") return;
          opened += 1;
          const all = announced(world);
          const since = all.find((each) => each.node === node)?.since ?? now;
          const recent = all.filter((each) => each.since > now - tuning.growthWindowMs);
          // News of a death may be on its way: the dead count as established.
          const dead = [...world.nodes.values()].filter(({ alive }) => alive === "no").length;
          const established = all.length - recent.length + dead;
          const allowed = Math.max(tuning.leastGrowth, Math.ceil((established * tuning.growthPct) / 100));
          expect(recent.filter((each) => each.since < since).length).toBeLessThan(allowed);
        },
      });
    }),
    rushes,
  );
  expect(opened).toBeGreaterThan(0);
  expect(withdrew).toBeGreaterThan(0);
});

test("[EL27] no unproven build opens beyond its share of those that serve", () => {
  const crowded: fc.Arbitrary<Play> = fc.record({
    nodes: fc.integer({ min: 9, max: 12 }),
    unproven: fc.integer({ min: 2, max: 6 }),
    newsMs: fc.nat(5_000),
    claimed: fc.constant(undefined),
    crowdGuess: fc.constant(64),
    beginsMs: fc.nat(1e9),
    happenings: fc
      .array(anyHappening, { maxLength: 5 })
      .map((all) => all.filter(({ what }) => what !== "kill" && what !== "battery" && what !== "close"))
      .map((all) => [{ what: "ask", who: 0, slots: 6_000, thenMs: 3_000_000 }, ...all]),
  });
  const unproven = ({ state }: WorldNode): boolean =>
    standingOf(state.setup.build, state.policy) === "unproven" && state.role.kind === "serving";
  let canaries = 0;
  fc.assert(
    fc.property(crowded, (played) => {
      perform(played, {
        onDecision(world, node, decision) {
          if (decision.kind !== "open" || !unproven(node)) return;
          canaries += 1;
          const all = announced(world);
          const share = all.filter((each) => unproven(each.node)).length / all.length;
          expect(share).toBeLessThanOrEqual(tuning.unprovenPct / 100);
        },
      });
    }),
    { numRuns: 20 },
  );
  expect(canaries).toBeGreaterThan(0);
});

/** When each node opened and when and why it last began to go. */
interface Ledger {
  readonly opened: Map<string, number>;
  readonly ended: Map<string, { readonly at: number; readonly cause: Cause }>;
}

/** Enters a decision; says how long too early it came, ms, or 0. */
function enter(
  { ended, opened }: Ledger,
  { options: { name }, memory }: WorldNode,
  decision: Decision,
  now: number,
): number {
  if (decision.kind === "open") opened.set(name, now);
  if (decision.kind === "demote" && decision.stage === "refuse") {
    ended.set(name, { at: now, cause: decision.cause });
    return decision.cause === "surplus" ? tuning.leastServiceMs - (now - (opened.get(name) ?? now)) : 0;
  }
  const end = ended.get(name);
  // What a restart forgives is told by the stories.
  if (decision.kind !== "promote" || end === undefined || memory.session !== undefined) return 0;
  const withdrew = end.cause === "growth-cap" || end.cause === "diversity-cap" || end.cause === "overtaken";
  return (withdrew ? 2 * tuning.epochMs : tuning.restMs) - (now - end.at);
}

test("[EL16] nobody goes to and fro: service lasts its least time, rest follows the end", () => {
  let ends = 0;
  check(
    fc.property(anyPlay, (short) => {
      const happenings = short.happenings.map((each) => ({ ...each, thenMs: 4 * each.thenMs }));
      const played: Play = { ...short, happenings };
      const ledger: Ledger = { opened: new Map(), ended: new Map() };
      perform(played, {
        onDecision(_, node, decision, now) {
          expect(enter(ledger, node, decision, now)).toBeLessThanOrEqual(0);
        },
      });
      ends += ledger.ended.size;
    }),
  );
  expect(ends).toBeGreaterThan(0);
});

test("[EL19] load alone ends no service and takes no leaf away", () => {
  const strain = fc.record({
    nodes: fc.integer({ min: 3, max: 8 }),
    happenings: fc.array(
      anyHappening.map((each) => ({
        ...each,
        what: each.what === "exhausted" ? ("exhausted" as const) : ("ask" as const),
        slots: 3_000 + each.slots,
      })),
      { maxLength: 6 },
    ),
  });
  fc.assert(
    fc.property(strain, (played) => {
      perform(
        { ...played, unproven: 0, newsMs: 100, claimed: undefined, crowdGuess: 64, beginsMs: 0 },
        {
          onDecision(_, __, decision) {
            if (decision.kind === "demote") expect(["growth-cap", "overtaken"]).toContain(decision.cause);
          },
          onStep(before, input, outputs) {
            if (input.kind !== "headroom" || before.role.kind !== "serving") return;
            const offer = outputs.find((output) => output.kind === "offer");
            if (offer !== undefined) expect(offer.slots).toBeGreaterThanOrEqual(input.headroom.leaves);
          },
        },
      );
    }),
    { numRuns: 30 },
  );
});

test("[EL7] [EL15] every step gives one decision with its reasons, and the same step again is the same", () => {
  let steps = 0;
  check(
    fc.property(anyPlay, (played) => {
      perform(played, {
        onDecision: () => {},
        onStep(before, input, outputs) {
          steps += 1;
          const decisions = outputs.filter(({ kind }) => kind !== "look" && kind !== "offer" && kind !== "wake");
          expect(decisions).toHaveLength(1);
          expect((decisions[0] as Decision).reasons.length).toBeGreaterThan(0);
          if (steps % 7 === 0) expect(isDeepStrictEqual(step(before, input).outputs, outputs)).toBe(true);
        },
      });
    }),
  );
  expect(steps).toBeGreaterThan(1_000);
});

test("[EL12] a wake-up is never asked for the past, and none starts on an old view", () => {
  check(
    fc.property(anyPlay, (played) => {
      perform(played, {
        onDecision(_, node, decision, now) {
          if (decision.kind === "promote") expect(node.state.cell?.at).toBeGreaterThanOrEqual(now - tuning.freshMs);
        },
        onStep(_, { now }, outputs) {
          for (const output of outputs) if (output.kind === "wake") expect(output.at).toBeGreaterThan(now);
        },
      });
    }),
  );
});
