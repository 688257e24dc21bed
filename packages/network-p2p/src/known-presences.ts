import type { DeviceId, Presence, UserId } from "@skein/core";
import { equals } from "uint8arrays/equals";
import { MAX_KNOWN_DEVICES } from "./defaults.ts";

/** The newest checked presence of each device we heard of; bounded, the longest unused leaves first. */
export interface KnownPresences {
  /** Says whether it is news: newer than what was known. */
  learn(presence: Presence): boolean;
  /** The newest, unless expired. */
  ofDevice(device: DeviceId): Presence | undefined;
  ofUser(user: UserId): readonly Presence[];
  /** The one that these bytes are, unless expired: it needs no second check. */
  ofBytes(bytes: Uint8Array): Presence | undefined;
}

/** Makes an empty memory; `now` in ms. */
export function createKnownPresences(now: () => number): KnownPresences {
  const byDevice = new Map<DeviceId, Presence>();
  return {
    learn(presence) {
      const known = byDevice.get(presence.device);
      if (presence.expiresAt <= now() || (known !== undefined && known.sequence >= presence.sequence)) return false;
      byDevice.delete(presence.device);
      byDevice.set(presence.device, presence);
      const [oldest] = byDevice.keys();
      if (byDevice.size > MAX_KNOWN_DEVICES && oldest !== undefined) byDevice.delete(oldest);
      return true;
    },
    ofDevice(device) {
      const known = byDevice.get(device);
      return known !== undefined && known.expiresAt > now() ? known : undefined;
    },
    ofBytes: (bytes) => [...byDevice.values()].find((each) => each.expiresAt > now() && equals(each.bytes, bytes)),
    ofUser: (user) => [...byDevice.values()].filter((each) => each.user === user && each.expiresAt > now()),
  };
}
