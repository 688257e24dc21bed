import { isDeepStrictEqual } from "node:util";
import { type Clock, pause } from "@skein/core";
import { type AddressedLab, gatewaysBefore, type PlacedHost, siteOf } from "./addressing.ts";
import {
  type Behaviour,
  behaviourInARow,
  gatewayBehaviour,
  ipv6FirewallBehaviour,
  type UdpBehaviour,
} from "./gateway-kinds.ts";
import { tcpBehaviourOf, type UdpObservation, type Unclear, udpBehaviourOf } from "./gateway-observation.ts";
import type { Endpoint, Heard, Prober, ProbeSocket } from "./prober.ts";
import { INTERNET } from "./topology.ts";

/** How a way out of the lab's homes was found to be. */
export interface GatewayCheck {
  /** The gateways on the way, nearest first; ` (IPv6)` after them for the firewall. */
  readonly name: string;
  readonly expected: Behaviour;
  readonly seen: { readonly udp: UdpBehaviour | Unclear; readonly tcp: Behaviour["tcp"] | Unclear };
  readonly verdict: "right" | "wrong";
}

/** What a check waits by. */
export interface CheckDependencies {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Links are ideal while gateways are checked, so these are the machine's own delays. Longer: a busier machine is borne. */
const ANSWER_MS = 300;
const TRIES = 3;
/** How long after the last packet that must arrive one that must not is waited for. */
const STRAGGLER_MS = 250;
const EARLY_MS = 120;
const TCP_MS = 1_200;

const PORTS = { a1: 7001, a2: 7002, b: 7001, web: 443, other: 7003 } as const;

/** The servers' sockets of one address family. */
interface Servers {
  readonly a1: ServerSocket;
  readonly a2: ServerSocket;
  readonly b: ServerSocket;
}

interface ServerSocket {
  readonly at: Endpoint;
  readonly socket: ProbeSocket;
}

/** A host whose way out is checked, in one address family. */
interface Way {
  readonly name: string;
  readonly host: PlacedHost;
  /** Its own address, and the one the world has for it. */
  readonly address: string;
  readonly publicAddress: string;
  readonly expected: Behaviour;
  readonly servers: Servers;
}

/**
 * Asks two public hosts what they see of one host behind each gateway, all at once; about 1.5 s. Links must be ideal.
 * Rejects with LabError when the probe fails, or the abort reason.
 */
export async function checkGateways(
  lab: AddressedLab,
  prober: Prober,
  dependencies: CheckDependencies,
): Promise<readonly GatewayCheck[]> {
  const [a, b] = lab.nodes.filter((node) => node.kind === "host" && node.behind === INTERNET) as PlacedHost[];
  if (a === undefined || b === undefined) return [];
  const v4 = await openServers(prober, a, b, (host) => host.address);
  const v6 = await openServers(prober, a, b, (host) => host.ipv6?.address ?? "::1");
  for (const port of [PORTS.web, PORTS.other]) {
    await prober.listen(a.namespace, { address: a.address, port });
    await prober.listen(a.namespace, { address: v6.a1.at.address, port });
  }
  const ways = probedHosts(lab).flatMap((host) => waysOf(lab, host, v4, v6));
  return await Promise.all(
    ways.map(async (way): Promise<GatewayCheck> => {
      const [udp, tcp] = await Promise.all([observeUdp(way, prober, dependencies), observeTcp(way, prober)]);
      const seen = { udp: udpBehaviourOf(udp), tcp: tcpBehaviourOf(tcp) };
      const verdict = isDeepStrictEqual(seen, { ...way.expected }) ? "right" : "wrong";
      return { name: way.name, expected: way.expected, seen, verdict };
    }),
  );
}

/** The first host behind each gateway that has hosts. */
function probedHosts(lab: AddressedLab): readonly PlacedHost[] {
  const hosts = lab.nodes.filter((node) => node.kind === "host" && node.behind !== INTERNET) as PlacedHost[];
  return hosts.filter((host, index) => hosts.findIndex(({ behind }) => behind === host.behind) === index);
}

function waysOf(lab: AddressedLab, host: PlacedHost, v4: Servers, v6: Servers): readonly Way[] {
  const gateways = gatewaysBefore(lab, host.name);
  const name = gateways.map((gateway) => gateway.name).join(" < ");
  const expected = gateways.map(({ gatewayKind }) => gatewayBehaviour[gatewayKind]).reduce(behaviourInARow);
  const publicAddress = siteOf(lab, host.name).address;
  const way: Way = { name, host, expected, publicAddress, address: host.address, servers: v4 };
  if (host.ipv6 === undefined) return [way];
  const { address } = host.ipv6;
  return [
    way,
    { name: `${name} (IPv6)`, host, expected: ipv6FirewallBehaviour, publicAddress: address, address, servers: v6 },
  ];
}

async function openServers(
  prober: Prober,
  a: PlacedHost,
  b: PlacedHost,
  addressOf: (host: PlacedHost) => string,
): Promise<Servers> {
  const open = async (host: PlacedHost, port: number): Promise<ServerSocket> => {
    const at = { address: addressOf(host), port };
    return { at, socket: await prober.open(host.namespace, at) };
  };
  return { a1: await open(a, PORTS.a1), a2: await open(a, PORTS.a2), b: await open(b, PORTS.b) };
}

async function observeUdp(way: Way, prober: Prober, { clock, signal }: CheckDependencies): Promise<UdpObservation> {
  const { servers, host } = way;
  const open = (): Promise<ProbeSocket> => prober.open(host.namespace, { address: way.address, port: 0 });

  const [speaker, listener, late] = [await open(), await open(), await open()];
  try {
    const [a1, a2, b] = await Promise.all(
      [servers.a1, servers.a2, servers.b].map((server) => seenFrom(speaker, server, `${way.name} map`)),
    );

    const opened = await seenFrom(listener, servers.a1, `${way.name} open`);
    let heard: UdpObservation["heard"] = "unclear";
    if (opened !== undefined) {
      for (const twice of [1, 2]) {
        servers.a2.socket.send(opened, `other port ${twice}`);
        servers.b.socket.send(opened, `other address ${twice}`);
      }
      servers.a1.socket.send(opened, "fence");
      const fence = await listener.hear(({ text }) => text === "fence", ANSWER_MS * TRIES);
      await pause(clock, STRAGGLER_MS, signal);
      const has = async (words: string): Promise<boolean> =>
        (await listener.hear(({ text }) => text.startsWith(words), 0)) !== undefined;
      const others = [
        ...((await has("other port")) ? (["a2"] as const) : []),
        ...((await has("other address")) ? (["b"] as const) : []),
      ];
      heard = fence === undefined ? "unclear" : others;
    }

    for (let time = 0; time < TRIES; time += 1) {
      servers.a1.socket.send({ address: way.publicAddress, port: late.port }, "too early");
    }
    await pause(clock, EARLY_MS, signal);
    const seen = a1 === undefined ? undefined : await seenFrom(late, servers.a1, `${way.name} late`);
    return { seenBy: { a1, a2, b }, heard, late: { port: late.port, seen } };
  } finally {
    for (const socket of [speaker, listener, late]) socket.close();
  }
}

/** Speaks to a server until it is heard, and answers from where. */
async function seenFrom(socket: ProbeSocket, server: ServerSocket, words: string): Promise<Endpoint | undefined> {
  const text = `${words} ${socket.port}`;
  let heard: Heard | undefined;
  for (let time = 0; time < TRIES && heard === undefined; time += 1) {
    socket.send(server.at, text);
    heard = await server.socket.hear((packet) => packet.text === text, ANSWER_MS);
  }
  return heard?.from;
}

async function observeTcp({ host, servers }: Way, prober: Prober): Promise<{ web: boolean; other: boolean }> {
  const opens = async (port: number): Promise<boolean> =>
    (await prober.connects(host.namespace, { address: servers.a1.at.address, port }, TCP_MS)) === "open";
  const [web, other] = await Promise.all([opens(PORTS.web), opens(PORTS.other)]);
  return { web, other };
}
