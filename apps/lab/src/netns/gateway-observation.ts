import type { Behaviour, Dependence, UdpBehaviour } from "./gateway-kinds.ts";
import type { Endpoint } from "./prober.ts";

/** What was seen from outside and inside of one host's way to two servers, A (ports 1 and 2) and B. */
export interface UdpObservation {
  /** From where one socket's packets came, at A's port 1, A's port 2, and B; undefined where none arrived. */
  readonly seenBy: {
    readonly a1: Endpoint | undefined;
    readonly a2: Endpoint | undefined;
    readonly b: Endpoint | undefined;
  };
  /** A socket that had spoken to A's port 1 only: which others' packets it heard. `unclear`: not even A's port 1's. */
  readonly heard: readonly ("a2" | "b")[] | "unclear";
  /** A socket to whose number A had sent first: its own port, and from where it was seen then. */
  readonly late: { readonly port: number; readonly seen: Endpoint | undefined };
}

/** Which TCP connections opened. */
export interface TcpObservation {
  readonly web: boolean;
  readonly other: boolean;
}

/** A way that fits no behaviour, in words. */
export interface Unclear {
  readonly kind: "unclear";
  readonly why: string;
}

/** What kind of gateway it was; RFC 5780 §4.3 and §4.4, with both servers' words put together. */
export function udpBehaviourOf(observation: UdpObservation): UdpBehaviour | Unclear {
  const { a1, a2, b } = observation.seenBy;
  if (a1 === undefined && a2 === undefined && b === undefined) return { kind: "blocked" };
  if (a1 === undefined || a2 === undefined || b === undefined) return unclear("only some servers heard the host");
  if (observation.heard === "unclear") return unclear("the answer of a server did not arrive");
  const { port, seen } = observation.late;
  if (seen === undefined) return unclear("a socket that was called first could not speak");
  const filtering = filteringOf(observation.heard);
  if (filtering === undefined) return unclear("another address was heard, another port of the same was not");
  return {
    kind: "translated",
    mapping: mappingOf(a1, a2, b),
    filtering,
    port: seen.port === port ? "kept" : "changed",
  };
}

function unclear(why: string): Unclear {
  return { kind: "unclear", why };
}

function same(a: Endpoint, b: Endpoint): boolean {
  return a.address === b.address && a.port === b.port;
}

function mappingOf(a1: Endpoint, a2: Endpoint, b: Endpoint): Dependence {
  if (!same(a1, a2)) return "address-and-port-dependent";
  return same(a1, b) ? "endpoint-independent" : "address-dependent";
}

function filteringOf(heard: readonly ("a2" | "b")[]): Dependence | undefined {
  if (heard.includes("b")) return heard.includes("a2") ? "endpoint-independent" : undefined;
  return heard.includes("a2") ? "address-dependent" : "address-and-port-dependent";
}

/** Which TCP ports are open to a host. */
export function tcpBehaviourOf({ web, other }: TcpObservation): Behaviour["tcp"] | Unclear {
  if (other && !web) return unclear("TCP port 443 is closed and another one is open");
  if (other) return "any-port";
  return web ? "web-ports" : "none";
}

const SHORT: Readonly<Record<Dependence, string>> = {
  "endpoint-independent": "any",
  "address-dependent": "address",
  "address-and-port-dependent": "address+port",
};

/** A behaviour in a few words, for tables: `map any · filter address+port · port kept · tcp any-port`. */
export function inWords(behaviour: {
  readonly udp: UdpBehaviour | Unclear;
  readonly tcp: Behaviour["tcp"] | Unclear;
}): string {
  const { udp, tcp } = behaviour;
  const udpWords =
    udp.kind === "translated"
      ? `map ${SHORT[udp.mapping]} · filter ${SHORT[udp.filtering]} · port ${udp.port}`
      : udp.kind === "blocked"
        ? "udp blocked"
        : `udp unclear: ${udp.why}`;
  return `${udpWords} · ${typeof tcp === "string" ? `tcp ${tcp}` : tcp.why}`;
}
