import type { Channel } from "./channel.ts";
import type { Directory } from "./directory.ts";
import type { NetworkError } from "./errors.ts";
import type { DeviceId, Protocol } from "./ids.ts";
import type { Live, Unsubscribe } from "./live.ts";
import type { Mailbox } from "./mailbox.ts";

/** Which of the two ways a network carries things. */
export type Mode = "p2p" | "central";

/** Where a network stands. A union, no flags. */
export type NetworkStatus =
  | { readonly kind: "stopped" }
  /** Looking for others; `lastError` says what went wrong in the try before, if one did. */
  | { readonly kind: "joining"; readonly lastError?: NetworkError }
  | { readonly kind: "online"; readonly role: "leaf" | "supernode" | "central-client"; readonly via: readonly string[] }
  /** Gave up; `start` may be called again. */
  | { readonly kind: "failed"; readonly error: NetworkError };

/** One entry of `RTCConfiguration.iceServers`, with credentials that expire. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** Which candidates a call may use: `relay` never shows an IP address to the other side. */
export type IcePolicy = "all" | "relay";

/** How the media of one call should travel. */
export interface MediaRoute {
  readonly iceServers: readonly IceServer[];
  readonly beforeAnswer: IcePolicy;
  readonly afterAnswer: IcePolicy;
  /** When the credentials end, ms since 1970. */
  readonly expiresAt: number;
  /** In plain words, for the page. */
  readonly why: string;
  /** What the page draws for relayed media: the supernode or server behind each of `iceServers`, in the same order. */
  readonly relays: readonly string[];
}

/**
 * The one thing that differs between the P2P and the central mode.
 * Contract: docs/spec/network.md, rules NW*; suites in `@skein/testkit`.
 */
export interface Network {
  readonly mode: Mode;
  readonly self: DeviceId;
  readonly status: Live<NetworkStatus>;
  readonly directory: Directory;
  readonly mailbox: Mailbox;
  /** Resolves when others can reach `self`. Afterwards it reconnects by itself until `stop`. */
  start(signal: AbortSignal): Promise<void>;
  /** Closes every channel with `stopped`. Idempotent; `start` may follow. */
  stop(): Promise<void>;
  /** Opens a channel to a device. Rejects `stopped`, `offline`, `unreachable`, `unsupported` or `peer-mismatch`. */
  dial(device: DeviceId, protocol: Protocol, signal: AbortSignal): Promise<Channel>;
  /** Takes channels others open. One listener a protocol; a second call throws. May be called before `start`. */
  listen(protocol: Protocol, onChannel: (channel: Channel) => void): Unsubscribe;
  /** Relay credentials and candidate policy for a call with a device. Rejects `offline`. */
  mediaRoute(device: DeviceId, signal: AbortSignal): Promise<MediaRoute>;
}
