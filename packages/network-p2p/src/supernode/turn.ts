import type { Clock, DeviceId, Random } from "@skein/core";
import {
  type CallCredentials,
  type CallRelay,
  type PeerPolicy,
  type RelayPorts,
  type RelayStats,
  startCallRelay,
} from "@skein/relay";
import { TURN_LIFETIME_MS } from "./limits.ts";

/** How the STUN/TURN server beside a supernode is set up. */
export interface TurnOptions {
  readonly listenAddress: string;
  /** 0 lets the system choose. */
  readonly listenPort: number;
  /** The IPv4 address clients are told. */
  readonly publicAddress: string;
  readonly relayPorts?: RelayPorts;
  /** Whom calls may be relayed to; left out: the public internet only. */
  readonly peers?: PeerPolicy;
}

/** A running server that mints its own credentials. */
export interface Turn {
  credentialsFor(peer: DeviceId): CallCredentials & { readonly expiresAt: number };
  stats(): RelayStats;
  close(): Promise<void>;
}

/** Starts it. Rejects when the port is taken. */
export async function startTurn(
  options: TurnOptions,
  dependencies: { readonly clock: Clock; readonly random: Random },
): Promise<Turn> {
  const { publicAddress, ...rest } = options;
  const relay: CallRelay = await startCallRelay({ ...rest, relayedAddress: publicAddress }, dependencies);
  return {
    credentialsFor(peer) {
      const expiresAt = dependencies.clock.now() + TURN_LIFETIME_MS;
      return { ...relay.credentialsFor(peer, expiresAt), expiresAt };
    },
    stats: relay.stats,
    close: relay.close,
  };
}
