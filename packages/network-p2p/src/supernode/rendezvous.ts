import { hash } from "node:crypto";
import { type DeviceId, keyFromId } from "@skein/core";

/** A supernode as placement sees it. */
export interface Member {
  readonly supernode: DeviceId;
  /** Where it is, roughly: holders of one key stand in different neighbourhoods where that is possible. */
  readonly neighbourhood: string;
}

/**
 * Who keeps a key: the supernodes of highest weight (rendezvous hashing), where weight is the first 48 bits of
 * SHA-256(key ‖ supernode's key). When a supernode comes or goes only its own keys move. `key` is a user's or device's.
 * While there are at most `everywhereUpTo` supernodes, all of them, in order of weight.
 */
export function holdersOf(
  key: Uint8Array,
  members: readonly Member[],
  options: { readonly replicas: number; readonly everywhereUpTo: number },
): readonly DeviceId[] {
  const ranked = members
    .map((member) => ({ member, weight: weightOf(key, member.supernode) }))
    .sort((one, other) => other.weight - one.weight || (one.member.supernode < other.member.supernode ? -1 : 1))
    .map(({ member }) => member);
  if (members.length <= options.everywhereUpTo) return ranked.map(({ supernode }) => supernode);
  const apart = new Map<string, Member>();
  for (const member of ranked) {
    if (apart.size >= options.replicas) break;
    if (!apart.has(member.neighbourhood)) apart.set(member.neighbourhood, member);
  }
  const chosen = new Set(apart.values());
  for (const member of ranked) {
    if (chosen.size >= options.replicas) break;
    chosen.add(member);
  }
  return [...chosen].map(({ supernode }) => supernode);
}

function weightOf(key: Uint8Array, supernode: DeviceId): number {
  const both = new Uint8Array(64);
  both.set(key);
  both.set(keyFromId(supernode), 32);
  return hash("sha256", both, "buffer").readUIntBE(0, 6);
}
