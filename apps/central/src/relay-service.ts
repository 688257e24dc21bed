import { type Clock, type DeviceId, type Random, toBase64Url } from "@skein/core";
import { mintCredential, type RelayPorts, type RelayStats, startRelay } from "@skein/relay";

/** The TURN relay of this server, as the sessions see it. */
export interface RelayService {
  /** Credentials for one device until `expiresAt` (ms since 1970). */
  credentials(
    device: DeviceId,
    expiresAt: number,
  ): { readonly urls: string[]; readonly username: string; readonly credential: string };
}

/** A relay that runs in this process. */
export interface RunningRelay extends RelayService {
  readonly port: number;
  stats(): RelayStats;
  close(): Promise<void>;
}

/** How the relay is set up. */
export interface RelaySettings {
  readonly listen: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** IPv4 address that clients dial and that is shown to callers. */
  readonly address: string;
  readonly relayPorts?: RelayPorts;
  /** Lets calls reach private and loopback addresses: for a local network, never on the internet. */
  readonly peers: "public" | "public-and-private";
}

/** Networks a local relay may reach besides the internet (RFC 1918, RFC 6598, loopback, link-local, benchmarking). */
const PRIVATE_NETWORKS = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "198.18.0.0/15",
];

/** Starts STUN and TURN in this process, with a secret that ends with it. Rejects as `startRelay` of `@skein/relay`. */
export async function startRelayService(
  settings: RelaySettings,
  dependencies: { readonly clock: Clock; readonly random: Random },
): Promise<RunningRelay> {
  const secret = toBase64Url(dependencies.random.bytes(32));
  const relay = await startRelay(
    {
      listenAddress: settings.listen,
      listenPort: settings.port,
      relayedAddress: settings.address,
      realm: "skein",
      secret,
      peers: settings.peers === "public" ? { kind: "public" } : { kind: "public-and", networks: PRIVATE_NETWORKS },
      ...(settings.relayPorts === undefined ? {} : { relayPorts: settings.relayPorts }),
    },
    dependencies,
  );
  return {
    port: relay.port,
    stats: relay.stats,
    close: relay.close,
    credentials: (device, expiresAt) => ({
      urls: [`turn:${settings.address}:${relay.port}?transport=udp`],
      ...mintCredential({ secret, id: device, expiresAt }),
    }),
  };
}
