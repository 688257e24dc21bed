import type { Via } from "./directory.ts";
import type { DeviceId, UserId } from "./ids.ts";

/** What stays known of somebody who is away: signed, for up to 60 days. Times in ms since 1970. */
export type Durable = DeviceList | MailboxHint;

interface Lasting {
  readonly user: UserId;
  /** Strictly rising for each user's list and each device's hint; a lower one never replaces a higher one. */
  readonly sequence: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** The signed record as it crosses wires. */
  readonly bytes: Uint8Array;
}

/** Which devices a user has, signed by the user's key. */
export interface DeviceList extends Lasting {
  readonly kind: "device-list";
  readonly devices: readonly DeviceId[];
  /** Devices that are the user's no longer. */
  readonly revoked: readonly DeviceId[];
}

/** Where one device's mail is kept, signed by the device. */
export interface MailboxHint extends Lasting {
  readonly kind: "mailbox-hint";
  readonly device: DeviceId;
  /** Supernodes to leave mail at, best first; empty in central mode, where the server keeps it. */
  readonly mailboxes: readonly Via[];
}
