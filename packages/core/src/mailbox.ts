import type { DeviceId } from "./ids.ts";

/** One sealed piece of mail. The box can read neither content nor sender. */
export interface Mail {
  /** Chosen by the box; unique within it. */
  readonly id: string;
  readonly sealed: Uint8Array;
  /** When the box took it, ms since 1970. */
  readonly receivedAt: number;
}

/** Largest sealed piece a mailbox takes, in bytes. */
export const MAX_MAIL_BYTES: number = 64 * 1024;

/** One box per device, kept by others while it is away. */
export interface Mailbox {
  /** Leaves a sealed piece for a device. Rejects `too-large`, `refused` (full) or `offline`. */
  deposit(device: DeviceId, sealed: Uint8Array, signal: AbortSignal): Promise<void>;
  /** What lies in our own box, oldest first; stays there until acknowledged. */
  collect(signal: AbortSignal): Promise<readonly Mail[]>;
  /** Removes pieces from our own box; unknown ids are ignored. */
  acknowledge(ids: readonly string[], signal: AbortSignal): Promise<void>;
}
