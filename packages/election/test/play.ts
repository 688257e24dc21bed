import fc from "fast-check";
import {
  type Decision,
  type ElectionInput,
  type ElectionOutput,
  type ElectionState,
  productionTuning,
  type VersionPolicy,
} from "../src/index.ts";
import { type CellWorld, createCellWorld, type WorldNode } from "./cell-world.ts";

const START = 1_900_000_000_000;
const MINUTE = 60_000;
const NAMES = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
const HEADROOM = {
  cpuFreePct: 90,
  memoryFreeMiB: 4_000,
  uplinkFreeKBps: 1_000,
  descriptorsFree: 60_000,
  power: "mains",
  connection: "unmetered",
  monthGB: 0,
  leaves: 0,
  turnedAway: 0,
} as const;

/** Version 1.0.0 is proven, whatever else is not. */
const policy: VersionPolicy = {
  kind: "notice",
  heardAt: START,
  notice: {
    sequence: 1,
    issuedAt: START,
    expiresAt: START + 1e10,
    minimumVersion: "1.0.0",
    provenBuilds: ["skein-1.0.0"],
    revokedBuilds: [],
    election: "open",
    bytes: new Uint8Array(),
  },
};

/** What can happen to a node or a cell. */
const HAPPENINGS = {
  ask: (world: CellWorld, _: string, slots: number) => world.ask(slots),
  close: (world: CellWorld, name: string) => world.ports(name, "closed"),
  reopen: (world: CellWorld, name: string) => world.ports(name, "open"),
  kill: (world: CellWorld, name: string) => {
    if (world.nodes.get(name)?.alive === "yes") world.kill(name);
  },
  restart: (world: CellWorld, name: string) => {
    if (world.nodes.get(name)?.alive === "no") world.restart(name);
  },
  battery: (world: CellWorld, name: string) => world.measure(name, { power: "battery" }),
  mains: (world: CellWorld, name: string) => world.measure(name, { power: "mains" }),
  exhausted: (world: CellWorld, name: string) => world.measure(name, { cpuFreePct: 0, memoryFreeMiB: 0 }),
  rested: (world: CellWorld, name: string) => world.measure(name, { cpuFreePct: 90, memoryFreeMiB: 4_000 }),
} as const;

/** One thing that happens to one node or the cell; then time passes. */
export interface Happening {
  readonly what: keyof typeof HAPPENINGS;
  readonly who: number;
  readonly slots: number;
  readonly thenMs: number;
}

/** A random run of a small cell. */
export interface Play {
  readonly nodes: number;
  readonly unproven: number;
  readonly newsMs: number;
  readonly claimed: number | undefined;
  /** What is guessed of the crowd while nobody serves; 1 makes everyone sure to win. */
  readonly crowdGuess: number;
  /** When it begins: other times, other tickets. */
  readonly beginsMs: number;
  readonly happenings: readonly Happening[];
}

/** Any happening; up to half an hour follows. */
export const anyHappening: fc.Arbitrary<Happening> = fc.record({
  what: fc.constantFrom(...(Object.keys(HAPPENINGS) as (keyof typeof HAPPENINGS)[])),
  who: fc.nat(NAMES.length - 1),
  slots: fc.nat(6_000),
  thenMs: fc.oneof(fc.nat(2 * MINUTE), fc.nat(30 * MINUTE)),
});

/** Any play. News takes up to a third of the time newcomers wait before they open. */
export const anyPlay: fc.Arbitrary<Play> = fc.record({
  nodes: fc.integer({ min: 1, max: NAMES.length }),
  unproven: fc.nat(4),
  newsMs: fc.nat(productionTuning.settleMs / 3),
  // None at all makes everyone sure to win; the most there can be makes nobody.
  claimed: fc.constantFrom(undefined, 0, 2_000),
  crowdGuess: fc.constantFrom(1, 64),
  beginsMs: fc.nat(1e9),
  happenings: fc.array(anyHappening, { minLength: 1, maxLength: 8 }),
});

/** Who hears what goes on. */
export interface Watcher {
  onDecision(world: CellWorld, node: WorldNode, decision: Decision, now: number): void;
  onStep?(before: ElectionState, input: ElectionInput, outputs: readonly ElectionOutput[]): void;
}

/** Runs a play. */
export function perform(play: Play, watcher: Watcher): void {
  const { beginsMs, claimed, crowdGuess, happenings, newsMs, nodes, unproven } = play;
  const { onStep } = watcher;
  const world: CellWorld = createCellWorld(
    {
      tuning: { ...productionTuning, crowdGuess },
      policy,
      newsMs,
      lookMs: 200,
      ...(claimed === undefined ? {} : { claimedCandidates: claimed }),
      onDecision: (node, decision, now) => watcher.onDecision(world, node, decision, now),
      ...(onStep === undefined ? {} : { onStep }),
    },
    START + beginsMs,
  );
  for (const [index, name] of NAMES.slice(0, nodes).entries()) {
    const build = index < unproven ? "skein-1.1.0" : "skein-1.0.0";
    world.add({ name, build, uptimeMs: 108_000_000, settings: { role: "auto" }, headroom: HEADROOM, ports: "open" });
  }
  world.run(10 * MINUTE);
  for (const { slots, thenMs, what, who } of happenings) {
    HAPPENINGS[what](world, NAMES[who % nodes] ?? "a", slots);
    world.run(thenMs);
  }
}

/** Those that are announced now, with the time they started. */
export function announced(world: CellWorld): readonly { readonly node: WorldNode; readonly since: number }[] {
  return [...world.nodes.values()].flatMap((node) => {
    const { role } = node.state;
    const there = node.alive === "yes" && (role.kind === "settling" || role.kind === "serving");
    return there ? [{ node, since: role.since }] : [];
  });
}
