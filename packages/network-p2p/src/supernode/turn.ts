import { createHmac } from "node:crypto";
import { type Clock, type DeviceId, type Random, toBase64Url } from "@skein/core";
import { mintCredential, type PeerPolicy, type RelayPorts, type RelayStats, startRelay } from "@skein/relay";
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
  credentialsFor(peer: DeviceId): {
    readonly urls: string[];
    readonly username: string;
    readonly credential: string;
    readonly expiresAt: number;
  };
  stats(): RelayStats;
  close(): Promise<void>;
}

/** Starts it with a secret of its own, fresh at every start. Rejects when the port is taken. */
export async function startTurn(
  options: TurnOptions,
  dependencies: { readonly clock: Clock; readonly random: Random },
): Promise<Turn> {
  const { clock, random } = dependencies;
  const secret = toBase64Url(random.bytes(32));
  const relay = await startRelay(
    {
      listenAddress: options.listenAddress,
      listenPort: options.listenPort,
      relayedAddress: options.publicAddress,
      realm: "skein",
      secret,
      ...(options.relayPorts === undefined ? {} : { relayPorts: options.relayPorts }),
      ...(options.peers === undefined ? {} : { peers: options.peers }),
    },
    { clock, random },
  );
  const urls = [`turn:${options.publicAddress}:${relay.port}?transport=udp`];
  return {
    credentialsFor(peer) {
      const expiresAt = clock.now() + TURN_LIFETIME_MS;
      return { urls, expiresAt, ...mintCredential({ secret, id: pseudonym(peer, secret), expiresAt }) };
    },
    stats: relay.stats,
    close: relay.close,
  };
}

/** The same for one device until we restart, so that quotas count; tells one who sees the packets nothing of the device. */
function pseudonym(peer: DeviceId, secret: string): string {
  return createHmac("sha256", secret).update(peer).digest("base64url").slice(0, 22);
}
