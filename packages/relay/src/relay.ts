import type { Clock, Random } from "@skein/core";
import type { WantedPort } from "./allocation.ts";
import { DEFAULT_RELAY_PORTS, type RelayLimits } from "./defaults.ts";
import { listen, machineAddresses } from "./listeners.ts";
import type { PeerPolicy } from "./peer-policy.ts";
import { createRelayDriver } from "./relay-driver.ts";
import { openRelaySocket, type RelayPorts } from "./relay-socket.ts";
import { createRelayState } from "./relay-state.ts";
import { parseIp } from "./transport-address.ts";

/** How a relay is set up. */
export interface RelayOptions {
  /** IPv4 address to listen on; `0.0.0.0` for all the machine has at the start (at most 16), loopback included. */
  readonly listenAddress: string;
  /** Port to listen on; 0 lets the system choose, see `Relay.port`. Customary: 3478. */
  readonly listenPort: number;
  /** IPv4 address shown to clients as theirs: the public one, even when a NAT in front holds it. */
  readonly relayedAddress: string;
  /** Ports for relayed addresses; `DEFAULT_RELAY_PORTS` when left out. Those a firewall must let in. */
  readonly relayPorts?: RelayPorts;
  /** Named in challenges; customary: the provider's domain. */
  readonly realm: string;
  /** Shared with whoever calls `mintCredential`. */
  readonly secret: string;
  /** Whom clients may reach; the public internet only when left out. */
  readonly peers?: PeerPolicy;
  readonly limits?: Partial<RelayLimits>;
}

/** What a relay needs from outside. */
export interface RelayDependencies {
  readonly clock: Clock;
  readonly random: Random;
}

/** Present load and counts since the start. Payload only, without headers. */
export interface RelayStats {
  readonly allocations: number;
  readonly packetsToPeers: number;
  readonly bytesToPeers: number;
  readonly packetsToClients: number;
  readonly bytesToClients: number;
  readonly packetsDropped: number;
  readonly requestsRefused: number;
  /** Packets thrown away because a socket's queue was full. */
  readonly packetsNotSent: number;
  /** Errors sockets reported by themselves. */
  readonly socketErrors: number;
}

/** A running STUN and TURN server. */
export interface Relay {
  readonly port: number;
  /** The addresses listened on. */
  readonly addresses: readonly string[];
  stats(): RelayStats;
  /** Ends all allocations and closes every socket. Idempotent, never rejects. */
  close(): Promise<void>;
}

/**
 * Starts a STUN and TURN server over UDP. Resolves when it listens. Rejects with the system's error when the port is
 * taken, `RangeError` when an address or network is not IPv4. docs/spec/relay.md.
 */
export async function startRelay(options: RelayOptions, dependencies: RelayDependencies): Promise<Relay> {
  const relayedIp = requiredIp(options.relayedAddress);
  requiredIp(options.listenAddress);
  const ports = options.relayPorts ?? { kind: "range", ...DEFAULT_RELAY_PORTS };
  const listeners = await listen(options.listenAddress, options.listenPort);
  try {
    const machine = createRelayState(
      {
        realm: options.realm,
        secret: options.secret,
        relayedIp,
        otherIps: machineAddresses().map(requiredIp),
        listenPort: listeners.port,
        peers: options.peers ?? { kind: "public" },
        limits: options.limits ?? {},
      },
      dependencies,
    );
    const openSocket = (parity: WantedPort) =>
      openRelaySocket(options.listenAddress, ports, parity, dependencies.random);
    const driver = createRelayDriver(machine, listeners.sockets, { clock: dependencies.clock, openSocket });
    return { port: listeners.port, addresses: listeners.addresses, ...driver };
  } catch (error) {
    for (const socket of listeners.sockets) socket.close();
    throw error;
  }
}

function requiredIp(host: string): number {
  const ip = parseIp(host);
  if (ip === undefined) throw new RangeError(`not an IPv4 address: ${host}`);
  return ip;
}
