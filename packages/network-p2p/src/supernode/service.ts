import type { Connection, Libp2p } from "@libp2p/interface";
import { type Clock, type DeviceId, NetworkError, pause } from "@skein/core";
import type { Stage } from "@skein/election";
import type { ServingReport } from "@skein/wire";
import { peerIdOf } from "../peer-id.ts";
import type { IndexDesk } from "./index-desk.ts";
import type { Roles } from "./roles.ts";

/** Whether a node serves: `idle` uses others; `settling` is announced and closed; `leaving` is on its way out. */
export type ServicePhase = "idle" | ServingReport["phase"];

/** What a node does for others, turned on and off while it runs. The election decides (`election-driver.ts`), or a human. */
export interface Service {
  readonly phase: ServicePhase;
  /** Slots offered to leaves. */
  readonly slots: number;
  /** Since when it serves, ms; 0 while idle. */
  readonly since: number;
  readonly roles: Roles | undefined;
  /** Starts every role, announced and closed to leaves. Rejects when a port is taken; nothing runs then. From `idle`. */
  settle(): Promise<void>;
  /** Lets leaves in. */
  open(): void;
  offer(slots: number): void;
  /**
   * One stage of going out of service (docs/spec/election.md#EL17); resolves when it is done, `close` within `withinMs`.
   * Stages come in their order. Never rejects.
   */
  stepDown(stage: Stage, withinMs: number): Promise<void>;
  /** Ends the roles at once, as when the process stops. Never rejects. */
  stop(): Promise<void>;
}

/** What the service is made of. */
export interface ServiceDependencies {
  readonly clock: Clock;
  readonly node: Libp2p;
  readonly startRoles: () => Promise<Roles>;
  readonly desk: () => Pick<IndexDesk, "open" | "close" | "tellLeaving">;
  /** Phase or slots changed in a way that others should hear of. */
  readonly announce: () => void;
  /** What others take over before we go: mailboxes, records. */
  readonly handOver: () => Promise<void>;
}

/** Share of the last stage over which leaf connections are closed: the rest is for ending the roles. */
const CLOSING_SHARE = 0.8;
/** Before anything else is taken from leaves they have this long to hear that we leave, ms: a round trip and some. */
const LEAVES_HEAR_MS = 2_000;

/** Makes a service that is idle. */
export function createService(dependencies: ServiceDependencies): Service {
  const { announce, clock, handOver, node, startRoles, desk } = dependencies;
  let phase: ServicePhase = "idle";
  let slots = 0;
  let since = 0;
  let roles: Roles | undefined;
  let life = new AbortController();

  const stop = async (): Promise<void> => {
    const ending = roles;
    life.abort();
    roles = undefined;
    phase = "idle";
    slots = 0;
    since = 0;
    await desk()
      .close()
      .catch(() => {});
    await ending?.stop();
  };
  /** Waits, but no longer than the service runs. */
  const waitFor = (ms: number): Promise<void> => pause(clock, ms, life.signal).catch(() => {});
  const closeLeaves = async (withinMs: number): Promise<void> => {
    const leaves = [...(roles?.relay.reservations.keys() ?? [])].flatMap((peer) => node.getConnections(peer));
    const gapMs = withinMs / Math.max(1, leaves.length);
    await Promise.all(leaves.map((leaf, index) => waitFor(index * gapMs).then(() => close(leaf))));
  };
  /** The answer to their sign of life tells leaves that we leave; the first would be closed before it came. */
  const leavesHear = async (withinMs: number): Promise<void> => {
    if ((roles?.relay.reservations.size ?? 0) === 0) return;
    await waitFor(Math.min(withinMs * CLOSING_SHARE, LEAVES_HEAR_MS));
  };
  const stepDown = async (stage: Stage, withinMs: number): Promise<void> => {
    switch (stage) {
      case "refuse":
        phase = "leaving";
        slots = 0;
        desk().tellLeaving();
        announce();
        return await leavesHear(withinMs);
      case "unlist":
        // The ad that says "leaving" went out with the first stage; nothing more is announced.
        return;
      case "hand-over":
        return await handOver().catch(() => {});
      case "dht-client":
        return await roles?.leaveDht();
      case "close":
        await closeLeaves(withinMs * CLOSING_SHARE);
        return await stop();
    }
  };

  return {
    get phase() {
      return phase;
    },
    get slots() {
      return slots;
    },
    get since() {
      return since;
    },
    get roles() {
      return roles;
    },
    async settle() {
      if (phase !== "idle") throw new NetworkError("refused", "it serves already");
      roles = await startRoles();
      life = new AbortController();
      phase = "settling";
      since = clock.now();
      await desk().open();
      announce();
    },
    open() {
      phase = "open";
      announce();
    },
    offer(next) {
      slots = next;
    },
    stepDown,
    stop,
  };
}

/** Whether a device holds a relay slot. */
export function holdsSlot(roles: Roles | undefined, device: DeviceId): boolean {
  return roles?.relay.reservations.has(peerIdOf(device)) ?? false;
}

async function close(connection: Connection): Promise<void> {
  await connection
    .close()
    .catch(() => connection.abort(new NetworkError("closed", "the supernode goes out of service")));
}
