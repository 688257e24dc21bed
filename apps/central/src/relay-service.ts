import type { Clock, Random } from "@skein/core";
import { type CallRelay, PRIVATE_NETWORKS, type RelayPorts, startCallRelay } from "@skein/relay";

/** The TURN relay of this server, as the sessions see it. */
export type RelayService = Pick<CallRelay, "credentialsFor">;

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

/** Starts STUN and TURN in this process. Rejects as `startCallRelay` of `@skein/relay`. */
export function startRelayService(
  settings: RelaySettings,
  dependencies: { readonly clock: Clock; readonly random: Random },
): Promise<CallRelay> {
  const { listen, port, address, relayPorts, peers } = settings;
  return startCallRelay(
    {
      listenAddress: listen,
      listenPort: port,
      relayedAddress: address,
      peers: peers === "public" ? { kind: "public" } : { kind: "public-and", networks: PRIVATE_NETWORKS },
      ...(relayPorts === undefined ? {} : { relayPorts }),
    },
    dependencies,
  );
}
