import { createTokenBucket, type TokenBucket } from "../token-bucket.ts";
import { MAX_REMEMBERED_ADDRESSES } from "./limits.ts";
import type { Source } from "./source-address.ts";

/** What one address may have of a supernode; an IPv6 address counts with its /64. */
export interface AddressLimits {
  /** Relay slots. */
  readonly reservations: number;
  /** Connections, half-open ones included. */
  readonly connections: number;
  /** Connections whose handshake is not done. */
  readonly halfOpen: number;
  /** New connections a second, and how many at once after a rest. */
  readonly perSecond: number;
  readonly burst: number;
  /** Whose addresses count: behind a private one may stand a proxy with everybody. */
  readonly counted: "public" | "all";
}

/** Why a connection was not taken. */
export type ArrivalRefusal = "address-rate" | "address-connections" | "address-half-open";

/** A connection that was taken. Both may be called twice. */
export interface Visit {
  /** Its handshake is done. */
  proven(): void;
  /** It is gone. */
  ended(): void;
}

/** Counts connections by where they come from. */
export interface AddressCaps {
  /** Addresses remembered now. */
  readonly size: number;
  /** Takes a new connection, or says why not. */
  arrive(source: Source | undefined): Visit | ArrivalRefusal;
  /** The group a source counts under; `undefined` for one that is not counted. */
  counted(source: Source | undefined): string | undefined;
}

interface Household {
  connections: number;
  halfOpen: number;
  readonly arrivals: TokenBucket;
}

const UNCOUNTED: Visit = { proven() {}, ended() {} };

/** Makes the counts; `now` in ms. Bounded by the connections there are and a number of addresses remembered for their rate. */
export function createAddressCaps(limits: AddressLimits, now: () => number): AddressCaps {
  const households = new Map<string, Household>();

  const counted = (source: Source | undefined): string | undefined =>
    source === undefined || (limits.counted === "public" && source.reach === "private") ? undefined : source.group;
  const householdOf = (group: string): Household => {
    const household = households.get(group) ?? {
      connections: 0,
      halfOpen: 0,
      arrivals: createTokenBucket(limits, now),
    };
    households.delete(group);
    households.set(group, household);
    if (households.size > MAX_REMEMBERED_ADDRESSES) forgetOldest();
    return household;
  };
  const forgetOldest = (): void => {
    for (const [group, { connections }] of households) {
      if (connections > 0) continue;
      households.delete(group);
      return;
    }
  };

  return {
    get size() {
      return households.size;
    },
    counted,
    arrive(source) {
      const group = counted(source);
      if (group === undefined) return UNCOUNTED;
      const household = householdOf(group);
      if (!household.arrivals.take()) return "address-rate";
      if (household.connections >= limits.connections) return "address-connections";
      if (household.halfOpen >= limits.halfOpen) return "address-half-open";
      household.connections += 1;
      household.halfOpen += 1;
      let state: "half-open" | "proven" | "ended" = "half-open";
      return {
        proven() {
          if (state !== "half-open") return;
          state = "proven";
          household.halfOpen -= 1;
        },
        ended() {
          if (state === "ended") return;
          if (state === "half-open") household.halfOpen -= 1;
          state = "ended";
          household.connections -= 1;
        },
      };
    },
  };
}
