import { type DeviceId, keyFromId, type UserId } from "@skein/core";
import { diverseOrder } from "./diverse-order.ts";
import { EVERYWHERE_UP_TO, REPLICAS } from "./limits.ts";
import { holdersOf, type Member } from "./rendezvous.ts";
import type { Roster } from "./roster.ts";

/** Which supernodes keep which records now, as far as we know; docs/spec/p2p.md, PI1. */
export interface Placement {
  /** All supernodes that count, us among them. */
  readonly members: readonly Member[];
  /** Whether we keep records of this user or device. */
  isHolder(id: UserId | DeviceId): boolean;
  /** The other holders of a user or device, best first. */
  othersOf(...ids: readonly (UserId | DeviceId)[]): readonly DeviceId[];
  /** The same, ordered for a read: the first few are of as many neighbourhoods as there are. Rule PG9. */
  toAsk(id: UserId | DeviceId): readonly DeviceId[];
  /** Holders, us included, were these the members. */
  holders(id: UserId | DeviceId, members: readonly Member[]): readonly DeviceId[];
}

/** How records are placed. */
export interface PlacementOptions {
  /** Up to so many supernodes, all keep everything; left out: 64. */
  readonly everywhereUpTo?: number;
}

/** Keys whose holders are remembered until the supernodes change: 5,000 hashes for each key otherwise. */
const MAX_REMEMBERED = 50_000;

/** Makes the placement of a supernode, over its roster. */
export function createPlacement(
  { everywhereUpTo = EVERYWHERE_UP_TO }: PlacementOptions,
  { self, roster }: { readonly self: Member; readonly roster: Roster },
): Placement {
  let of: { readonly others: readonly Member[]; readonly members: readonly Member[] } | undefined;
  const remembered = new Map<string, readonly DeviceId[]>();

  const members = (): readonly Member[] => {
    const others = roster.members;
    if (of?.others !== others) {
      remembered.clear();
      of = { others, members: [self, ...others] };
    }
    return of.members;
  };
  const holders: Placement["holders"] = (id, among) =>
    holdersOf(keyFromId(id), among, { replicas: REPLICAS, everywhereUpTo });
  const now = (id: UserId | DeviceId): readonly DeviceId[] => {
    const all = members();
    const known = remembered.get(id);
    if (known !== undefined) return known;
    const fresh = holders(id, all);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(id, fresh);
    return fresh;
  };
  const othersOf: Placement["othersOf"] = (...ids) =>
    [...new Set(ids.flatMap(now))].filter((each) => each !== self.supernode);
  return {
    get members() {
      return members();
    },
    isHolder: (id) => members().length <= everywhereUpTo || now(id).includes(self.supernode),
    othersOf,
    toAsk(id) {
      const places = new Map(members().map(({ neighbourhood, supernode }) => [supernode, neighbourhood]));
      return diverseOrder(othersOf(id), (each) => places.get(each) ?? "");
    },
    holders,
  };
}
