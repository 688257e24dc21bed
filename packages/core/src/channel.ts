import type { DeviceId } from "./ids.ts";
import type { Live } from "./live.ts";

/** The way bytes take between two devices; what the page draws. */
export type Path =
  | { readonly kind: "direct" }
  /** Through one supernode's circuit relay. */
  | { readonly kind: "relayed"; readonly by: DeviceId }
  /** Through the central server at this address. */
  | { readonly kind: "central"; readonly by: string };

/**
 * Why a channel ended.
 * `superseded`: a better path opened; dial again and take it.
 */
export type CloseReason = "done" | "superseded" | "stopped" | "lost" | "protocol-error";

/** Largest message a channel carries, in bytes. Files and history go in pieces. */
export const MAX_MESSAGE_BYTES: number = 64 * 1024;

/**
 * An ordered, reliable, framed two-way pipe to one device whose key is proven; nobody between reads along.
 * Contract: docs/spec/network.md, rules CH*.
 */
export interface Channel {
  readonly peer: DeviceId;
  readonly path: Live<Path>;
  /** Messages in the order sent. Ends when the channel closes. May be iterated once; what is not read is buffered up to a bound, then the channel closes. */
  readonly incoming: AsyncIterable<Uint8Array>;
  /** Why the channel ended, once it has; settles exactly once and never rejects. */
  readonly closed: Promise<CloseReason>;
  /** Resolves when buffered below the low mark: this is the backpressure. Rejects `too-large` or `closed`. */
  send(message: Uint8Array): Promise<void>;
  /** Sends what is buffered, then ends both directions. Idempotent, never rejects. */
  close(reason: CloseReason): Promise<void>;
}
