import type { DeviceId, Presence, UserId } from "@skein/core";
import { MAX_FOUND_RECORDS } from "@skein/wire";

/** The newest presence of every device that said something within the life of a record. In memory: devices sign anew. */
export interface PresenceStore {
  readonly size: number;
  /**
   * Keeps a verified record. `same`: it is the one kept already, so a publish may be retried; `old`: a newer one, or another
   * with the same sequence, is kept; `full`: there is no room for one more device.
   */
  put(presence: Presence, now: number): "stored" | "same" | "old" | "full";
  /** Records of a user that have not expired, newest first. */
  of(user: UserId, now: number): readonly Presence[];
}

/**
 * Makes an empty store (CE10, CE11). A user has at most {@link MAX_FOUND_RECORDS} devices in it: a further one pushes out
 * the one that signed longest ago.
 */
export function createPresenceStore(limits: { readonly maxPresences: number }): PresenceStore {
  const users = new Map<UserId, Map<DeviceId, Presence>>();
  let size = 0;

  function drop(presence: Presence): void {
    const devices = users.get(presence.user);
    if (devices?.delete(presence.device) !== true) return;
    size -= 1;
    if (devices.size === 0) users.delete(presence.user);
  }

  function dropExpired(now: number): void {
    for (const devices of users.values())
      for (const presence of devices.values()) if (presence.expiresAt <= now) drop(presence);
  }

  /** Room for one more device of `user`; says false when there is none. */
  function makeRoom(user: UserId, now: number): boolean {
    if (size >= limits.maxPresences) dropExpired(now);
    if (size >= limits.maxPresences) return false;
    const others = [...(users.get(user)?.values() ?? [])];
    const oldest = others.toSorted((one, other) => one.issuedAt - other.issuedAt)[0];
    if (others.length >= MAX_FOUND_RECORDS && oldest !== undefined) drop(oldest);
    return true;
  }

  return {
    get size() {
      return size;
    },

    put(presence, now) {
      const known = users.get(presence.user)?.get(presence.device);
      if (known !== undefined && known.sequence >= presence.sequence)
        return sameBytes(known.bytes, presence.bytes) ? "same" : "old";
      if (known === undefined && !makeRoom(presence.user, now)) return "full";
      if (known === undefined) size += 1;
      const devices = users.get(presence.user) ?? new Map<DeviceId, Presence>();
      devices.set(presence.device, presence);
      users.set(presence.user, devices);
      return "stored";
    },

    of(user, now) {
      const known = [...(users.get(user)?.values() ?? [])];
      for (const presence of known) if (presence.expiresAt <= now) drop(presence);
      return known
        .filter((presence) => presence.expiresAt > now)
        .toSorted((one, other) => other.issuedAt - one.issuedAt);
    },
  };
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, index) => byte === other[index]);
}
