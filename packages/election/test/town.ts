import type { DeviceId } from "@skein/core";
import type { Hearsay, SupernodeReport } from "../src/index.ts";
import type { WorldNode } from "./cell-world.ts";

/** What the nodes of a world know of each other, and how the leaves are spread over those that serve. */
export interface Town {
  /** Slots the leaves ask for in all. */
  ask(slots: number): void;
  leavesOf(name: string): number;
  turnedAway(): number;
  /** Turned away by each that serves. */
  turnedAwayEach(): number;
  /** What is known of this node from now on. */
  announce(name: string, now: number): () => void;
  heardBy(name: string, now: number): Hearsay;
}

/** Slots a supernode announces while it is still closed. */
const ANNOUNCED_SLOTS = 400;

type Said = Pick<SupernodeReport, "phase" | "since" | "build">;

/** Makes the town of these nodes; `claimedCandidates` is what supernodes say instead of the truth. */
export function createTown(nodes: ReadonlyMap<string, WorldNode>, claimedCandidates: number | undefined): Town {
  const known = new Map<string, Said>();
  let asked = 0;

  const openNodes = (): WorldNode[] =>
    [...nodes.values()].filter(({ alive, state }) => alive === "yes" && state.offered > 0);
  const openSlots = (): number => openNodes().reduce((sum, { state }) => sum + state.offered, 0);
  const leavesOf = (name: string): number => {
    const node = nodes.get(name);
    if (node === undefined || node.alive === "no" || node.state.offered === 0) return 0;
    return Math.floor(Math.min(1, asked / openSlots()) * node.state.offered);
  };
  const turnedAway = (): number => Math.max(0, asked - openSlots());
  const turnedAwayEach = (): number => Math.floor(turnedAway() / Math.max(1, openNodes().length));
  const candidatesEach = (): number => {
    const candidates = [...nodes.values()].filter(
      ({ alive, decision: was }) =>
        alive === "yes" && was?.kind === "stay" && (was.because === "not-now" || was.because === "not-needed"),
    );
    return claimedCandidates ?? Math.ceil(candidates.length / Math.max(1, known.size));
  };

  return {
    ask(slots) {
      asked = slots;
    },
    leavesOf,
    turnedAway,
    turnedAwayEach,
    announce(name) {
      const node = nodes.get(name);
      const role = node?.state.role;
      const serves =
        node?.alive === "yes" && (role?.kind === "settling" || role?.kind === "serving") ? role : undefined;
      const said = serves && {
        phase: serves.kind === "settling" ? ("settling" as const) : ("open" as const),
        since: serves.since,
        build: node?.state.setup.build ?? "",
      };
      return () => {
        if (said === undefined) known.delete(name);
        else known.set(name, said);
      };
    },
    heardBy(name, now) {
      const reports = [...known].flatMap(([id, said]) => {
        const node = nodes.get(id);
        if (node === undefined || id === name) return [];
        const slots = said.phase === "open" ? node.state.offered : ANNOUNCED_SLOTS;
        const load = { slots, leaves: leavesOf(id), turnedAway: turnedAwayEach(), candidates: candidatesEach() };
        return [{ id: id as DeviceId, network: id, ...said, ...load, heardAt: now }];
      });
      return { reports, ownTries: 0, ownFailures: 0 };
    },
  };
}
