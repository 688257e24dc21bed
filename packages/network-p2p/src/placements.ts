import type { Clock, DeviceId } from "@skein/core";
import { SupernodeRefusal } from "./index-client.ts";

/** How the leaves of this process fared at supernodes: evidence of its own for an election. docs/spec/election.md#EL10. */
export interface Placements {
  /** A supernode took us. */
  placed(supernode: DeviceId): void;
  /** A try failed. It counts where the supernode said that it has no room: silence may be our own network's. */
  failed(supernode: DeviceId, error: unknown): void;
  /** Tries that were answered within the last `ms`, and how many of them were refused. */
  within(ms: number): PlacementCounts;
}

/** Tries, and how many of them failed. */
export interface PlacementCounts {
  readonly tries: number;
  readonly failures: number;
}

/** Tries at one supernode that count, the newest: one that refuses everybody makes no network full. */
export const TRIES_OF_ONE = 2;

/** Supernodes remembered, those tried last. */
export const MAX_TRIED = 64;

interface Try {
  readonly at: number;
  readonly outcome: "placed" | "refused";
}

/** Makes an empty memory of at most {@link MAX_TRIED} × {@link TRIES_OF_ONE} tries. */
export function createPlacements({ clock }: { readonly clock: Clock }): Placements {
  const tries = new Map<DeviceId, readonly Try[]>();
  const add = (supernode: DeviceId, outcome: Try["outcome"]): void => {
    const before = tries.get(supernode) ?? [];
    tries.delete(supernode);
    tries.set(supernode, [...before, { at: clock.now(), outcome }].slice(-TRIES_OF_ONE));
    const [oldest] = tries.keys();
    if (tries.size > MAX_TRIED && oldest !== undefined) tries.delete(oldest);
  };
  return {
    placed: (supernode) => add(supernode, "placed"),
    failed(supernode, error) {
      if (error instanceof SupernodeRefusal && lacksRoom(error)) add(supernode, "refused");
    },
    within(ms) {
      const recent = [...tries.values()].flat().filter(({ at }) => at > clock.now() - ms);
      return { tries: recent.length, failures: recent.filter(({ outcome }) => outcome === "refused").length };
    },
  };
}

function lacksRoom({ reason }: SupernodeRefusal): boolean {
  return reason === "full" || reason === "busy";
}
