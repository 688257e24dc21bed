import type { DeviceId, Presence, UserId } from "@skein/core";
import { MAX_DEVICES_OF_USER } from "@skein/wire";
import { equals } from "uint8arrays/equals";
import { MAX_RECORDS } from "./limits.ts";

/**
 * What came of a record: `new` is kept; `known` is the same again; `old` and `conflict` (same sequence, other bytes) are
 * not kept; neither is one when the book is `full`.
 */
export type Acceptance = "new" | "known" | "old" | "conflict" | "full";

/** The newest checked presence of each device a supernode has seen. It is what makes the DHT monotonic. */
export interface PresenceBook {
  readonly size: number;
  /** Takes a record whose signatures were checked. */
  accept(presence: Presence): Acceptance;
  ofDevice(device: DeviceId): Presence | undefined;
  ofUser(user: UserId): readonly Presence[];
  /** Records that have not expired. */
  all(): Iterable<Presence>;
  /** Calls for each record that is `new`. */
  subscribe(listener: (presence: Presence) => void): void;
}

/** Makes an empty book; `now` in ms. Expired records leave when room is needed, and are never given out. */
export function createPresenceBook(now: () => number, maxRecords: number = MAX_RECORDS): PresenceBook {
  const byDevice = new Map<DeviceId, Presence>();
  const devicesOf = new Map<UserId, Set<DeviceId>>();
  const listeners: ((presence: Presence) => void)[] = [];

  const remove = (presence: Presence): void => {
    byDevice.delete(presence.device);
    const devices = devicesOf.get(presence.user);
    devices?.delete(presence.device);
    if (devices?.size === 0) devicesOf.delete(presence.user);
  };
  /** A user has so many devices at most: a further one takes the place of the one that signed longest ago. */
  const pushOut = (devices: Iterable<DeviceId>): void => {
    const presences = [...devices].flatMap((device) => byDevice.get(device) ?? []);
    const [oldest] = presences.sort((one, other) => one.issuedAt - other.issuedAt);
    if (oldest !== undefined) remove(oldest);
  };
  const makeRoom = (): boolean => {
    if (byDevice.size < maxRecords) return true;
    for (const presence of byDevice.values()) if (presence.expiresAt <= now()) remove(presence);
    return byDevice.size < maxRecords;
  };

  return {
    get size() {
      return byDevice.size;
    },
    accept(presence) {
      const known = byDevice.get(presence.device);
      if (known !== undefined && known.sequence >= presence.sequence) return compare(known, presence);
      if (known === undefined && !makeRoom()) return "full";
      if (known !== undefined) remove(known);
      byDevice.set(presence.device, presence);
      const devices = devicesOf.get(presence.user) ?? new Set();
      devices.add(presence.device);
      devicesOf.set(presence.user, devices);
      if (devices.size > MAX_DEVICES_OF_USER) pushOut(devices);
      for (const listener of listeners) listener(presence);
      return "new";
    },
    ofDevice(device) {
      const presence = byDevice.get(device);
      return presence !== undefined && presence.expiresAt > now() ? presence : undefined;
    },
    ofUser: (user) =>
      [...(devicesOf.get(user) ?? [])].flatMap((device) => {
        const presence = byDevice.get(device);
        return presence !== undefined && presence.expiresAt > now() ? [presence] : [];
      }),
    *all() {
      for (const presence of byDevice.values()) if (presence.expiresAt > now()) yield presence;
    },
    subscribe: (listener) => void listeners.push(listener),
  };
}

/** What a record is that is not newer than the known one. */
export function compare(
  known: Pick<Presence, "sequence" | "bytes">,
  record: Pick<Presence, "sequence" | "bytes">,
): Acceptance {
  if (known.sequence > record.sequence) return "old";
  return equals(known.bytes, record.bytes) ? "known" : "conflict";
}
