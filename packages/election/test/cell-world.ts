import type { DeviceId } from "@skein/core";
import {
  type Decision,
  type ElectionInput,
  type ElectionMemory,
  type ElectionOutput,
  type ElectionState,
  type Headroom,
  initialElection,
  memoryOf,
  noMemory,
  type OperatorSettings,
  step,
  type Tuning,
  type VersionNotice,
  type VersionPolicy,
} from "../src/index.ts";
import { createAgenda } from "./agenda.ts";
import { createTown, type Town } from "./town.ts";

/** Omits over each member of a union. */
type Without<Input, Keys extends PropertyKey> = Input extends unknown ? Omit<Input, Keys> : never;

/** An input without its time. */
export type ElectionEvent = Without<ElectionInput, "now">;

/** What helpers find. `untried`: nobody dials back. */
export type Ports = "open" | "closed" | "untried";

/** What a node of the world is like. */
export interface NodeOptions {
  readonly name: string;
  readonly build: string;
  readonly uptimeMs: number;
  readonly settings: OperatorSettings;
  readonly headroom: Headroom;
  readonly ports: Ports;
}

/** A node of the world. */
export interface WorldNode {
  readonly options: NodeOptions;
  state: ElectionState;
  headroom: Headroom;
  ports: Ports;
  alive: "yes" | "no";
  decision: Decision | undefined;
  memory: ElectionMemory;
}

/** A cell small enough that all see all, moved by hand; everything in it happens at set times and by no chance. */
export interface CellWorld extends Pick<Town, "ask" | "leavesOf" | "turnedAway"> {
  readonly nodes: ReadonlyMap<string, WorldNode>;
  now(): number;
  add(options: NodeOptions): void;
  give(name: string, event: ElectionEvent): void;
  measure(name: string, change: Partial<Headroom>): void;
  ports(name: string, ports: Ports): void;
  kill(name: string): void;
  restart(name: string, build?: string): void;
  notice(notice: VersionNotice): void;
  run(forMs: number): void;
}

/** How the world is. */
export interface WorldOptions {
  readonly tuning: Tuning;
  readonly policy: VersionPolicy;
  /** How long news of a supernode takes to reach the others, and an answer to `look`, ms. */
  readonly newsMs: number;
  readonly lookMs: number;
  /** What supernodes say of candidates instead of the truth; left out: the truth. */
  readonly claimedCandidates?: number;
  /** Hears of every decision. */
  readonly onDecision: (node: WorldNode, decision: Decision, now: number) => void;
  /** Hears of every step. */
  readonly onStep?: (before: ElectionState, input: ElectionInput, outputs: readonly ElectionOutput[]) => void;
}

/** How often the world measures machines, and how often helpers dial back, ms. */
const MEASURE_EVERY_MS = 10_000;
const DIAL_BACK_EVERY_MS = 300_000;
const STAGE_TAKES_MS = 1_000;

/** Makes an empty world at `start` (ms). */
export function createCellWorld(options: WorldOptions, start: number): CellWorld {
  const { lookMs, newsMs, onDecision, onStep } = options;
  const nodes = new Map<string, WorldNode>();
  const town = createTown(nodes, options.claimedCandidates);
  const { later, now, run } = createAgenda(start);
  let policy = options.policy;

  const give = (name: string, event: ElectionEvent): void => {
    const node = nodes.get(name);
    if (node === undefined || node.alive === "no") return;
    const input = { ...event, now: now() } as ElectionInput;
    const before = node.state;
    const { outputs, state } = step(before, input);
    node.state = state;
    onStep?.(before, input, outputs);
    for (const output of outputs) obey(name, node, output);
    if (before.role.kind !== state.role.kind) later(newsMs, town.announce(name, now()));
  };
  const obey = (name: string, node: WorldNode, output: ElectionOutput): void => {
    const { state } = node;
    switch (output.kind) {
      case "wake":
        // A wake-up counts while none was asked for after it, and not after a restart.
        later(output.at - now(), () => {
          if (node.state.wakeAt === output.at && node.state.startedAt === state.startedAt) give(name, { kind: "tick" });
        });
        return;
      case "look":
        later(lookMs, () => give(name, { kind: "cell", heard: town.heardBy(name, now()) }));
        return;
      case "offer":
        return;
      case "demote":
        later(STAGE_TAKES_MS, () => give(name, { kind: "stage-done", stage: output.stage }));
        break;
      case "promote":
      case "open":
      case "stay":
    }
    node.decision = output;
    onDecision(node, output, now());
  };
  const measureAll = (): void => {
    for (const [name, node] of nodes) {
      const leaves = town.leavesOf(name);
      const turnedAway = leaves === 0 ? 0 : town.turnedAwayEach();
      if (node.headroom.leaves === leaves && node.headroom.turnedAway === turnedAway) continue;
      node.headroom = { ...node.headroom, leaves, turnedAway };
      give(name, { kind: "headroom", headroom: node.headroom });
    }
    later(MEASURE_EVERY_MS, measureAll);
  };
  const dialBack = (name: string, node: WorldNode): void => {
    if (node.alive === "no" || node.ports === "untried") return;
    const outcome = node.ports === "open" ? "reached" : "not-reached";
    for (const port of ["ws", "udp"] as const)
      for (const helper of ["helper-1", "helper-2"] as DeviceId[])
        give(name, { kind: "verdict", verdict: { port, helper, network: helper, outcome, at: now() } });
  };
  const keepDialling = (name: string, node: WorldNode): void => {
    dialBack(name, node);
    later(DIAL_BACK_EVERY_MS, () => keepDialling(name, node));
  };
  const newborn = (added: NodeOptions, build: string, memory: ElectionMemory, startedAt: number): ElectionState => {
    const { name, settings } = added;
    return initialElection(
      { self: name as DeviceId, build, tuning: options.tuning, settings, policy },
      memory,
      startedAt,
    );
  };
  const begin = (name: string, node: WorldNode): void => {
    node.decision = undefined;
    give(name, { kind: "headroom", headroom: node.headroom });
    dialBack(name, node);
  };

  later(MEASURE_EVERY_MS, measureAll);
  return {
    nodes,
    ...town,
    now,
    give,
    run,
    add(added) {
      const { build, headroom, name, ports, uptimeMs } = added;
      const state = newborn(added, build, noMemory, now() - uptimeMs);
      const node: WorldNode = {
        options: added,
        state,
        headroom,
        ports,
        alive: "yes",
        decision: undefined,
        memory: noMemory,
      };
      nodes.set(name, node);
      begin(name, node);
      later(DIAL_BACK_EVERY_MS, () => keepDialling(name, node));
    },
    measure(name, change) {
      const node = known(nodes, name);
      node.headroom = { ...node.headroom, ...change };
      give(name, { kind: "headroom", headroom: node.headroom });
    },
    ports(name, ports) {
      const node = known(nodes, name);
      node.ports = ports;
      dialBack(name, node);
    },
    kill(name) {
      const node = known(nodes, name);
      node.memory = memoryOf(node.state, now());
      node.alive = "no";
      node.headroom = { ...node.headroom, leaves: 0, turnedAway: 0 };
      later(newsMs, town.announce(name, now()));
    },
    restart(name, build) {
      const node = known(nodes, name);
      node.alive = "yes";
      node.state = newborn(node.options, build ?? node.state.setup.build, node.memory, now());
      begin(name, node);
    },
    notice(notice) {
      policy = policy.kind === "unmanaged" ? policy : { kind: "notice", notice, heardAt: now() };
      for (const name of nodes.keys()) give(name, { kind: "notice", notice });
    },
  };
}

function known(nodes: ReadonlyMap<string, WorldNode>, name: string): WorldNode {
  const node = nodes.get(name);
  if (node === undefined) throw new RangeError(`nobody is called ${name}`);
  return node;
}
