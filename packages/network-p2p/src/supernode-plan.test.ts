import { type DeviceId, deviceIdFromKey } from "@skein/core";
import { createHandClock, createSeededRandom, seedFromEnvironment } from "@skein/testkit";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FIRST_RETRY_MS, HOME_GAIN_MS, LONGEST_RETRY_MS, REPLACE_SPREAD_MS } from "./defaults.ts";
import { afterFailure, planSupernodes, type SupernodeFacts, type SupernodePlan } from "./supernode-plan.ts";

const NOW = 1_000_000;
const evenly = (): number => 0.5;

let lastNumber = 0;
/** A device of its own; nothing here is signed or dialled. */
function device(): DeviceId {
  lastNumber += 1;
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, lastNumber);
  return deviceIdFromKey(key);
}

function facts(neighbourhood: string, rest: Partial<SupernodeFacts> = {}): SupernodeFacts {
  return {
    supernode: device(),
    neighbourhood,
    build: "skein-1",
    loadPct: 0,
    freeSlots: 10,
    phase: "open",
    ad: "fresh",
    link: "none",
    use: "idle",
    failures: 0,
    retryAt: 0,
    ...rest,
  };
}

function plan(all: readonly SupernodeFacts[], rest: Partial<Parameters<typeof planSupernodes>[1]> = {}): SupernodePlan {
  const situation = { now: NOW, wanted: 3, home: undefined, trial: "not-now", holdOffUntil: 0, ...rest } as const;
  return planSupernodes(all, situation, evenly);
}
const chosen = ({ connect }: SupernodePlan): unknown[] => connect.map(({ supernode }) => supernode);
const ids = (all: readonly SupernodeFacts[]): unknown[] => all.map(({ supernode }) => supernode);

describe("whom to connect to", () => {
  test("[PP3] in this order: never failed, ad that holds, room, other neighbourhood, other build, less loaded, nearer", () => {
    const held = facts("192.0", { link: "held", build: "skein-0", rttMs: 10 });
    const all = [
      facts("10.7", { failures: 1 }),
      facts("10.6", { ad: "expired" }),
      facts("10.5", { freeSlots: 0 }),
      facts("192.0", { build: "skein-2" }),
      facts("10.4", { build: "skein-0" }),
      facts("10.3", { loadPct: 60 }),
      facts("10.2", { rttMs: 220 }),
      facts("10.1", { rttMs: 20 }),
    ];
    for (let index = 1; index < all.length; index += 1) {
      const pair = all.slice(index - 1, index + 1);
      expect(chosen(plan([held, ...pair], { wanted: 2 }))).toEqual(ids(pair.slice(1)));
    }
  });

  test("[PP3] diversity never keeps a supernode out: all of one address and build are all chosen", () => {
    const all = [facts("127.0"), facts("127.0"), facts("127.0")];
    expect(new Set(chosen(plan(all)))).toEqual(new Set(ids(all)));
  });

  test("[PP65] what is settling or leaving is not begun with, even when there is nothing else", () => {
    const { connect, known } = plan([facts("1.1", { phase: "settling" }), facts("1.2", { phase: "leaving" })]);
    expect(connect).toEqual([]);
    expect(known).toBe("more");
  });

  test("[PP65] one held that leaves is replaced first, and let go once enough others are held", () => {
    const leaving = facts("1.1", { link: "held", phase: "leaving" });
    const [one, two] = [facts("1.2", { link: "held" }), facts("1.3", { link: "held" })];
    const spare = facts("1.4");
    const first = plan([leaving, one, two, spare]);
    expect(chosen(first)).toEqual(ids([spare]));
    expect(first.connect[0]?.reason).toBe("one that is held is leaving");
    expect(first.drop).toEqual([]);
    const then = plan([leaving, one, two, { ...spare, link: "held" }]);
    expect(ids([leaving])).toEqual(then.drop.map(({ supernode }) => supernode));
    expect(plan([{ ...leaving, use: "busy" }, one, two, { ...spare, link: "held" }]).drop).toEqual([]);
  });

  test("[PP3] whatever is known, the plan has no doubles, none held, none in its pause, and is as large as can be", async () => {
    const lot = createSeededRandom(seedFromEnvironment("supernode-plan"));
    const shape = fc.record({
      failures: fc.nat(5),
      retryAt: fc.constantFrom(0, NOW, NOW + 1),
      phase: fc.constantFrom("settling", "open", "leaving"),
      link: fc.constantFrom("none", "connecting", "held"),
      rttMs: fc.option(fc.nat(400), { nil: undefined }),
    });
    await fc.assert(
      fc.property(fc.array(shape, { maxLength: 8 }), fc.nat(4), (shapes, wanted) => {
        const all = shapes.map((each, index) => facts(`10.${index}`, each as Partial<SupernodeFacts>));
        const situation = { now: NOW, wanted, home: undefined, trial: "not-now", holdOffUntil: 0 } as const;
        const { connect, drop, home } = planSupernodes(all, situation, () => lot.fraction());
        const open = all.filter((each) => each.link === "none" && each.phase === "open" && each.retryAt <= NOW);
        const staying = all.filter((each) => each.link === "held" && each.phase !== "leaving").length;
        const missing = Math.max(0, wanted - staying - all.filter((each) => each.link === "connecting").length);
        const names = connect.map(({ supernode }) => supernode);
        expect(new Set(names).size).toBe(names.length);
        expect(names.every((name) => open.some(({ supernode }) => supernode === name))).toBe(true);
        expect(names.length).toBe(Math.min(missing, open.length));
        expect(staying - drop.length).toBeGreaterThanOrEqual(Math.min(staying, wanted) - all.length);
        expect(home === undefined).toBe(!all.some((each) => each.link === "held"));
      }),
      { numRuns: 100 },
    );
  });
});

describe("home", () => {
  const held = (rttMs: number, rest: Partial<SupernodeFacts> = {}): SupernodeFacts =>
    facts("10.1", { link: "held", rttMs, ...rest });

  test("[PP66] is the best of the held ones, by round trip and load", () => {
    const [far, near, busy] = [held(90), held(60), held(40, { loadPct: 100 })];
    expect(plan([far, near, busy]).home?.supernode).toBe(near.supernode);
  });

  test("[PP66] changes only for one that is clearly better, and when it leaves", () => {
    const home = held(60);
    const slightly = held(60 - HOME_GAIN_MS + 1);
    const clearly = held(60 - HOME_GAIN_MS);
    expect(plan([home, slightly], { home: home.supernode }).home?.supernode).toBe(home.supernode);
    expect(plan([home, clearly], { home: home.supernode }).home?.supernode).toBe(clearly.supernode);
    const leaving = { ...home, phase: "leaving" } as const;
    expect(plan([leaving, held(300)], { home: home.supernode }).home?.supernode).not.toBe(home.supernode);
  });

  test("[PP66] while one is far, one never measured is tried beside it; the worst that carries nothing is then let go", () => {
    const all = [held(30), held(40), held(250)];
    const unknown = facts("10.9");
    expect(plan([...all, unknown]).connect).toEqual([]);
    expect(chosen(plan([...all, unknown], { trial: "now" }))).toEqual(ids([unknown]));
    expect(plan([held(30), held(40), held(45), unknown], { trial: "now" }).connect).toEqual([]);
    expect(plan([...all, { ...unknown, freeSlots: 0 }], { trial: "now" }).connect).toEqual([]);
    const better = { ...unknown, link: "held", rttMs: 20 } as const;
    expect(plan([...all, better]).drop.map(({ supernode }) => supernode)).toEqual(ids(all.slice(2)));
    const busy = all.map((each) => (each.rttMs === 250 ? ({ ...each, use: "busy" } as const) : each));
    expect(plan([...busy, better]).drop.map(({ supernode }) => supernode)).toEqual(ids(all.slice(1, 2)));
  });
});

describe("no storm", () => {
  test("[PP67] leaves that lose the same supernode at once replace it spread over seconds, and over the others", async () => {
    const clock = createHandClock(NOW);
    const random = createSeededRandom(seedFromEnvironment("supernode-storm"));
    const others = Array.from({ length: 10 }, (_, index) => facts(`10.${index}`));
    const at: number[] = [];
    const to = new Map<string, number>();
    const LEAVES = 1_000;
    for (let leaf = 0; leaf < LEAVES; leaf += 1) {
      const held = [facts("1.1", { link: "held" }), facts("1.2", { link: "held" })];
      const holdOffUntil = NOW + REPLACE_SPREAD_MS * random.fraction();
      const act = (): void => {
        const situation = { now: clock.now(), wanted: 3, home: undefined, trial: "not-now", holdOffUntil } as const;
        const { connect, wakeAt } = planSupernodes([...held, ...others], situation, () => random.fraction());
        if (wakeAt !== undefined) clock.at(wakeAt, act);
        for (const { supernode } of connect) {
          at.push(clock.now());
          to.set(supernode, (to.get(supernode) ?? 0) + 1);
        }
      };
      act();
    }
    expect(at).toEqual([]);
    await clock.advance(REPLACE_SPREAD_MS);
    expect(at.length).toBe(LEAVES);
    const perTenth = new Map<number, number>();
    for (const each of at) {
      const tenth = Math.floor((each - NOW) / (REPLACE_SPREAD_MS / 10));
      perTenth.set(tenth, (perTenth.get(tenth) ?? 0) + 1);
    }
    // A tenth of the time has a tenth of them, half as many again at most; the same for each of ten supernodes.
    expect(Math.max(...perTenth.values())).toBeLessThan((1.5 * LEAVES) / 10);
    expect(Math.max(...to.values())).toBeLessThan((1.5 * LEAVES) / 10);
  });

  test("[PP67] one that named a time is left alone so long, and a bit longer by lot", () => {
    const told = (lot: number): number =>
      afterFailure({ failures: 0, retryAt: 0 }, { now: NOW, lot, retryAfterMs: 60_000 }).retryAt - NOW;
    expect(told(0)).toBe(60_000);
    expect(told(1)).toBe(75_000);
    const busy = facts("10.1", { retryAt: NOW + told(0) });
    const { connect, wakeAt } = plan([busy, facts("10.2")]);
    expect(connect.length).toBe(1);
    expect(wakeAt).toBe(NOW + 60_000);
  });

  test("[PP4] the pause doubles up to half a minute, and at least half of it always passes", () => {
    const pauses = (lot: number): number[] => {
      let experience = { failures: 0, retryAt: 0 };
      return Array.from({ length: 9 }, () => {
        experience = afterFailure(experience, { now: NOW, lot });
        return experience.retryAt - NOW;
      });
    };
    const longest = pauses(1);
    expect(longest.slice(0, 3)).toEqual([FIRST_RETRY_MS, 2 * FIRST_RETRY_MS, 4 * FIRST_RETRY_MS]);
    expect(longest.at(-1)).toBe(LONGEST_RETRY_MS);
    expect(pauses(0)).toEqual(longest.map((ms) => ms / 2));
  });
});
