import type { DeviceId } from "@skein/core";
import {
  CHANGE_EVERY_MS,
  CHANGES_AT_ONCE,
  MAX_DEVICES_FROM_LEAF,
  MAX_DEVICES_FROM_SUPERNODE,
  MAX_RATED_PEERS,
  MAX_RECORDS,
} from "./limits.ts";

/** Who brings a record. */
export interface Bringer {
  readonly peer: DeviceId;
  readonly as: "leaf" | "supernode";
}

/** Bounds how many records one peer may bring, and how often one record may change. */
export interface RecordQuotas {
  /** Whether this peer may bring a record of this owner; asked before signatures are checked. */
  mayBring(owner: string, from: Bringer): boolean;
  /** Whether a record of this owner may change now; asked for true records that are news, so that nobody else uses it up. */
  mayChange(owner: string): boolean;
}

/** A peer's records are counted for so long, ms. */
const COUNTED_MS: number = 60 * 60_000;

/** Makes empty quotas; the peer and the record that were quiet longest are forgotten first. */
export function createRecordQuotas(now: () => number): RecordQuotas {
  const ownersOf = new Map<DeviceId, { readonly since: number; readonly owners: Set<string> }>();
  /** When a record would have used up its changes at the steady pace (GCRA). */
  const pace = new Map<string, number>();

  const mayBring: RecordQuotas["mayBring"] = (owner, { as, peer }) => {
    const present = ownersOf.get(peer);
    const counted = present !== undefined && now() - present.since < COUNTED_MS ? present : undefined;
    const mine = counted ?? { since: now(), owners: new Set<string>() };
    const most = as === "leaf" ? MAX_DEVICES_FROM_LEAF : MAX_DEVICES_FROM_SUPERNODE;
    if (!mine.owners.has(owner) && mine.owners.size >= most) return false;
    mine.owners.add(owner);
    ownersOf.delete(peer);
    ownersOf.set(peer, mine);
    forgetFirst(ownersOf, MAX_RATED_PEERS);
    return true;
  };
  const mayChange: RecordQuotas["mayChange"] = (owner) => {
    const due = Math.max(now(), pace.get(owner) ?? 0) + CHANGE_EVERY_MS;
    if (due - now() > CHANGES_AT_ONCE * CHANGE_EVERY_MS) return false;
    pace.delete(owner);
    pace.set(owner, due);
    forgetFirst(pace, MAX_RECORDS);
    return true;
  };
  return { mayBring, mayChange };
}

function forgetFirst(map: Map<string, unknown>, most: number): void {
  const [first] = map.keys();
  if (map.size > most && first !== undefined) map.delete(first);
}
