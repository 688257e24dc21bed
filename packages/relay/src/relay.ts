import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";
import type { Clock, Random } from "@skein/core";
import type { RelayId } from "./allocation.ts";
import { DEFAULT_RELAY_PORTS, MAX_SEND_QUEUE_BYTES, RECEIVE_BUFFER_BYTES, type RelayLimits } from "./defaults.ts";
import type { PeerPolicy } from "./peer-policy.ts";
import { step } from "./relay-machine.ts";
import { openRelaySocket, type RelayPorts } from "./relay-socket.ts";
import { createRelayState, type RelayInput, type RelayOutput } from "./relay-state.ts";
import { parseIp, parseTransportAddress, type TransportAddress } from "./transport-address.ts";

/** How a relay is set up. */
export interface RelayOptions {
  /** IPv4 address to listen on; `0.0.0.0` for all. On a machine with several, name the one clients are told. */
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
  /** The address listened on. */
  readonly address: string;
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
  const { clock, random } = dependencies;
  const listener = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER_BYTES, lookup: noLookup });
  try {
    listener.bind(options.listenPort, options.listenAddress);
    await once(listener, "listening");
  } catch (error) {
    listener.close();
    throw error;
  }

  const { port, address } = listener.address();
  const machine = createRelayState(
    {
      realm: options.realm,
      secret: options.secret,
      relayedIp,
      otherIps: machineIps(),
      listenPort: port,
      peers: options.peers ?? { kind: "public" },
      limits: options.limits ?? {},
    },
    { random },
  );
  const sockets = new Map<RelayId, Socket>();
  const opening = new Set<Promise<void>>();
  let socketErrors = 0;
  let packetsNotSent = 0;
  let cancelWake = (): void => {};
  let closed: Promise<void> | undefined;

  const handle = (input: RelayInput): void => {
    if (closed !== undefined) return;
    for (const output of step(machine, input).outputs) perform(output);
  };
  const countError = (): void => {
    socketErrors++;
  };
  /** Without a callback: a packet that cannot leave is lost, as packets are. */
  const send = (socket: Socket | undefined, bytes: Buffer, to: TransportAddress): void => {
    if (socket === undefined) return;
    if (socket.getSendQueueSize() > MAX_SEND_QUEUE_BYTES) packetsNotSent++;
    else socket.send(bytes, to.port, to.host);
  };
  const perform = (output: RelayOutput): void => {
    switch (output.kind) {
      case "send-to-client":
        send(listener, output.bytes, output.to);
        return;
      case "send-to-peer":
        send(sockets.get(output.relay), output.bytes, output.to);
        return;
      case "open-relay": {
        const done = open(output.relay).finally(() => opening.delete(done));
        opening.add(done);
        return;
      }
      case "close-relay":
        sockets.get(output.relay)?.close();
        sockets.delete(output.relay);
        return;
      case "wake":
        cancelWake();
        cancelWake = clock.at(output.at, () => handle({ kind: "tick", now: clock.now() }));
        return;
    }
  };
  const open = async (relay: RelayId): Promise<void> => {
    const ports = options.relayPorts ?? { kind: "range", ...DEFAULT_RELAY_PORTS };
    const opened = await openRelaySocket(options.listenAddress, ports, random, noLookup);
    if (closed !== undefined) {
      if (opened.kind === "opened") opened.socket.close();
      return;
    }
    if (opened.kind === "failed") {
      handle({ kind: "relay-failed", relay, now: clock.now() });
      return;
    }
    const { socket } = opened;
    sockets.set(relay, socket);
    socket.on("error", countError);
    socket.on("message", (bytes, { address: host, port: peerPort }) => {
      const from = parseTransportAddress(host, peerPort);
      if (from !== undefined) handle({ kind: "peer-datagram", relay, from, bytes, now: clock.now() });
    });
    handle({ kind: "relay-opened", relay, port: opened.port, now: clock.now() });
  };

  listener.on("error", countError);
  listener.on("message", (bytes, { address: host, port: clientPort }) => {
    const from = parseTransportAddress(host, clientPort);
    if (from !== undefined) handle({ kind: "client-datagram", from, bytes, now: clock.now() });
  });

  const shutDown = async (): Promise<void> => {
    cancelWake();
    await Promise.all(opening);
    const all = [listener, ...sockets.values()];
    sockets.clear();
    await Promise.all(all.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  };

  return {
    port,
    address,
    stats: () => ({ allocations: machine.allocations.size, ...machine.counts, packetsNotSent, socketErrors }),
    close: () => {
      closed ??= shutDown();
      return closed;
    },
  };
}

function requiredIp(host: string): number {
  const ip = parseIp(host);
  if (ip === undefined) throw new RangeError(`not an IPv4 address: ${host}`);
  return ip;
}

function machineIps(): number[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.flatMap(({ family, address }) => (family === "IPv4" ? (parseIp(address) ?? []) : []));
}

/** All our addresses are numbers already; the usual look-up would cost a tick of the event loop a packet. */
function noLookup(host: string, _options: unknown, done: (error: null, address: string, family: number) => void): void {
  done(null, host, 4);
}
