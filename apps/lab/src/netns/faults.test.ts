import { createSeededRandom } from "@skein/testkit";
import fc from "fast-check";
import { expect, test } from "vitest";
import { actionsOf, drawFaults, type Fault, type FaultDraw, type FaultKind } from "./faults.ts";

const draw: FaultDraw = {
  kinds: ["kill", "restart", "pause", "partition", "loss-burst", "link-change", "overload"],
  hosts: ["sn1", "sn2", "alice"],
  sites: ["sn1", "sn2", "alice"],
  links: ["alice-gw", "bob-gw"],
  spanMs: 60_000,
  meanGapMs: 1_500,
  durationMs: [500, 4_000],
};
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

function befallen(fault: Fault): string {
  if ("host" in fault) return `host ${fault.host}`;
  if ("link" in fault) return `link ${fault.link}`;
  return `cut ${[fault.a, fault.b].toSorted().join(" ")}`;
}

const lasts = (fault: Fault): number => ("forMs" in fault ? fault.forMs : 0);

test("[LB11] the same seed draws the same schedule, another seed another", () => {
  const drawn = (seed: number) => drawFaults(draw, createSeededRandom(seed));
  expect(drawn(7)).toEqual(drawn(7));
  expect(drawn(7)).not.toEqual(drawn(8));
});

test("[LB11] faults begin in order and within the span, and are over by its end", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const schedule = drawFaults(draw, createSeededRandom(seed));
      expect(schedule.map(({ atMs }) => atMs)).toEqual(schedule.map(({ atMs }) => atMs).toSorted((a, b) => a - b));
      for (const { atMs, fault } of schedule) expect(atMs + lasts(fault)).toBeLessThanOrEqual(draw.spanMs + 1);
    }),
  );
});

test("[LB11] nothing befalls what is already befallen, or a host that was killed", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const free = new Map<string, number>();
      for (const { atMs, fault } of drawFaults(draw, createSeededRandom(seed))) {
        const what = befallen(fault);
        expect(free.get(what) ?? 0, `seed ${seed}: ${what}`).toBeLessThanOrEqual(atMs + 1);
        free.set(what, fault.kind === "kill" ? Number.POSITIVE_INFINITY : atMs + lasts(fault));
      }
    }),
  );
});

test("[LB11] every kind is drawn, and a kind with nothing to befall is refused", () => {
  const kinds = new Set<FaultKind>();
  for (let seed = 0; seed < 20; seed += 1) {
    for (const { fault } of drawFaults(draw, createSeededRandom(seed))) kinds.add(fault.kind);
  }
  expect([...kinds].toSorted()).toEqual([...draw.kinds].toSorted());
  expect(() => drawFaults({ ...draw, links: [] }, createSeededRandom(1))).toThrow("loss-burst has nothing to befall");
  expect(() => drawFaults({ ...draw, sites: ["sn1"] }, createSeededRandom(1))).toThrow("partition has nothing");
});

test("[LB12] each fault is begun and ended by its own steps", () => {
  const steps = (fault: Fault) =>
    actionsOf([{ atMs: 1_000, fault }]).map(({ atMs, action }) => `${atMs} ${action.kind}`);
  expect(steps({ kind: "kill", host: "a" })).toEqual(["1000 kill"]);
  expect(steps({ kind: "restart", host: "a", forMs: 50 })).toEqual(["1000 kill", "1050 start"]);
  expect(steps({ kind: "pause", host: "a", forMs: 50 })).toEqual(["1000 stop", "1050 continue"]);
  expect(steps({ kind: "partition", a: "a", b: "b", direction: "both", forMs: 9 })).toEqual(["1000 cut", "1009 heal"]);
  expect(steps({ kind: "loss-burst", link: "a", lossPercent: 30, forMs: 9 })).toEqual(["1000 link", "1009 unlink"]);
  expect(steps({ kind: "link-change", link: "a", to: "satellite" })).toEqual(["1000 link-is"]);
});

test("[LB12] an overloaded host stands still for its share of every tenth of a second", () => {
  const fault: Fault = { kind: "overload", host: "a", busyShare: 0.8, forMs: 250 };
  expect(actionsOf([{ atMs: 0, fault }]).map(({ atMs, action }) => `${atMs} ${action.kind}`)).toEqual([
    "0 stop",
    "80 continue",
    "100 stop",
    "180 continue",
    "200 stop",
    "250 continue",
  ]);
});
