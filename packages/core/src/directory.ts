import type { Durable } from "./durable.ts";
import type { DeviceId, UserId } from "./ids.ts";
import type { Unsubscribe } from "./live.ts";

/** Whether a device is in use: a hidden or idle page is `away`. */
export type Availability = "online" | "away" | "offline";

/** A supernode through which a device can be reached, with up to two addresses as multiaddr text. */
export interface Via {
  readonly supernode: DeviceId;
  readonly addresses: readonly string[];
}

/** What one device last said of itself, signed by its key and certified by its user. Times in ms since 1970. */
export interface Presence {
  readonly user: UserId;
  readonly device: DeviceId;
  /** Strictly rising per device; a lower one never replaces a higher one. */
  readonly sequence: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly availability: Availability;
  /** Supernodes that hold a reservation for it, home first; empty in central mode. */
  readonly via: readonly Via[];
  /** The signed record as it crosses wires. */
  readonly bytes: Uint8Array;
}

/** A change pushed to those who watch a user. */
export type PresenceChange =
  | { readonly kind: "presence"; readonly presence: Presence }
  /** A hint, not signed by the device: its home says the connection went away. */
  | { readonly kind: "gone"; readonly user: UserId; readonly device: DeviceId; readonly at: number };

/** Where people say where they are. Nothing here is believed unless its signature holds. */
export interface Directory {
  /** Makes a signed presence known under its user. Rejects `refused` for a bad signature or an old sequence. */
  publish(presence: Presence, signal: AbortSignal): Promise<void>;
  /** The newest valid record of each device of a user; empty when none is known. */
  find(user: UserId, signal: AbortSignal): Promise<readonly Presence[]>;
  /** Makes a durable record known. Rejects `refused` as `publish` does. */
  publishDurable(record: Durable, signal: AbortSignal): Promise<void>;
  /** The newest durable records of a user: the device list, and the mailbox hint of each device; there while all are away. */
  findDurable(user: UserId, signal: AbortSignal): Promise<readonly Durable[]>;
  /** Tells of changes until unsubscribed, and once of what is known now. Survives reconnects. */
  watch(users: readonly UserId[], onChange: (change: PresenceChange) => void): Unsubscribe;
}
