import type { DeviceId, UserId } from "@skein/core";
import { type Certificate, verifyCertificate } from "@skein/identity";
import { deviceSet, MAX_DEVICES_OF_USER } from "@skein/wire";
import { MAX_USERS } from "./limits.ts";

/** Which devices users have, as their certificates say. Sets only grow, up to a bound: the newest certificates stay. */
export interface DeviceBook {
  devicesOf(user: UserId): readonly DeviceId[];
  users(): Iterable<UserId>;
  /** Adds a checked certificate. Says whether the set changed. */
  add(certificate: Certificate): boolean;
  /** The set as it goes into the DHT. */
  encode(user: UserId): Uint8Array;
  /**
   * Reads a set from the DHT and adds what it holds. `invalid`: a certificate does not hold, or is another user's;
   * `smaller`: it lacks one that we know, so that it must not replace ours; `full`: no room for another user.
   */
  merge(user: UserId, bytes: Uint8Array): "merged" | "invalid" | "smaller" | "full";
}

/** Makes an empty book; `now` in ms. */
export function createDeviceBook(now: () => number, maxUsers: number = MAX_USERS): DeviceBook {
  const byUser = new Map<UserId, ReadonlyMap<DeviceId, Certificate>>();

  const alive = (user: UserId): Certificate[] =>
    [...(byUser.get(user)?.values() ?? [])].filter((each) => each.expiresAt > now());
  const add = (certificate: Certificate): boolean => {
    const known = byUser.get(certificate.user);
    const before = known?.get(certificate.device);
    if (before !== undefined && before.issuedAt >= certificate.issuedAt) return false;
    if (known === undefined && byUser.size >= maxUsers) return false;
    const all = [...alive(certificate.user).filter((each) => each.device !== certificate.device), certificate];
    all.sort((one, other) => other.issuedAt - one.issuedAt);
    const kept = all.slice(0, MAX_DEVICES_OF_USER);
    byUser.set(certificate.user, new Map(kept.map((each) => [each.device, each])));
    return kept.includes(certificate);
  };

  return {
    users: () => byUser.keys(),
    devicesOf: (user) => alive(user).map((each) => each.device),
    add,
    encode: (user) => deviceSet.encode({ certificates: alive(user).map((each) => each.bytes) }),
    merge(user, bytes) {
      const set = deviceSet.decode(bytes);
      if (!set.ok) return "invalid";
      const certificates = set.value.certificates.map((each) => verifyCertificate(each, now()));
      const theirs = certificates.flatMap((each) => (each.ok && each.value.user === user ? [each.value] : []));
      if (theirs.length !== certificates.length || theirs.length === 0) return "invalid";
      if (!byUser.has(user) && byUser.size >= maxUsers) return "full";
      for (const certificate of theirs) add(certificate);
      const named = new Set(theirs.map((each) => each.device));
      return alive(user).every((each) => named.has(each.device)) ? "merged" : "smaller";
    },
  };
}
