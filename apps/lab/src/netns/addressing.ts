import type { GatewayKind } from "./gateway-kinds.ts";
import { chosenLink, type Link } from "./links.ts";
import { checkTopology, type GatewaySpec, type HostSpec, INTERNET, type NodeSpec, type Topology } from "./topology.ts";

/** An address on a network, and the router there. */
export interface Attachment {
  /** IPv4, in a /24. */
  readonly address: string;
  readonly router: string;
  readonly mac: string;
  readonly routerMac: string;
  /** IPv6, in a /64, where the network has it. */
  readonly ipv6?: { readonly address: string; readonly router: string };
}

interface Placed extends Attachment {
  readonly name: string;
  readonly namespace: string;
  readonly behind: string;
  /** Its device: `eth0` of a host, `wan` of a gateway. */
  readonly device: "eth0" | "wan";
  /** Undefined: its link does nothing to packets. */
  readonly link: Link | undefined;
}

export interface PlacedHost extends Placed {
  readonly kind: "host";
}

export interface PlacedGateway extends Placed {
  readonly kind: "gateway";
  readonly gatewayKind: GatewayKind;
}

export type PlacedNode = PlacedHost | PlacedGateway;

/** A topology with every address given out. */
export interface AddressedLab {
  readonly labId: string;
  readonly topology: Topology;
  /** The namespace of the internet. */
  readonly internet: string;
  readonly nodes: readonly PlacedNode[];
}

/** Public networks have different first octets from this on: who is asked from four of them is seen from four networks. */
const FIRST_PUBLIC_OCTET = 11;
const PUBLIC_OCTETS = 50;
const FIRST_HOST_IN_HOME = 10;
const FIRST_GATEWAY_AT_CARRIER = 2;

/** The name of a node's namespace. `labId` is six hexadecimal digits. */
function namespaceOf(labId: string, name: string): string {
  return `skein-${labId}-${name}`;
}

/** A MAC address of our own (locally administered), made from two numbers. */
function macOf(node: number, side: number): string {
  return ["02", "53", "4b", node >> 8, node & 0xff, side]
    .map((part) => (typeof part === "string" ? part : part.toString(16).padStart(2, "0")))
    .join(":");
}

/**
 * Gives out addresses. Public nodes, in the order of hosts and then gateways: 11.0.0.1, 12.0.0.1 … and 3fff:0:N::1
 * (RFC 9637), each with a router of its own. Homes: 192.168.N.0/24; what is behind a carrier: 100.64.N.0/24; homes with
 * IPv6: 3fff:1:N::/64. Throws TopologyError.
 */
export function addressed(topology: Topology, labId: string): AddressedLab {
  checkTopology(topology);
  const specs: readonly NodeSpec[] = [...topology.hosts, ...topology.gateways];
  const publicNames = specs.filter(({ behind }) => behind === INTERNET).map(({ name }) => name);
  const numberOf = new Map(specs.map(({ name }, index) => [name, index]));

  function attachment(spec: NodeSpec): Attachment {
    const number = numberOf.get(spec.name) ?? 0;
    const macs = { mac: macOf(number, 1), routerMac: macOf(number, 2) };
    if (spec.behind === INTERNET) {
      const { ipv6, ...ipv4 } = publicAttachment(publicNames.indexOf(spec.name));
      const gateway = topology.gateways.find(({ name }) => name === spec.name);
      const speaksIpv6 = gateway === undefined || gateway.ipv6 === "firewalled";
      return { ...macs, ...ipv4, ...(speaksIpv6 ? { ipv6 } : {}) };
    }
    const lan = lanOf(topology, spec.behind);
    const mates = specs.filter(
      ({ behind, name }) => behind === spec.behind && isGateway(topology, name) === isGateway(topology, spec.name),
    );
    const first = isGateway(topology, spec.name) ? FIRST_GATEWAY_AT_CARRIER : FIRST_HOST_IN_HOME;
    const last = first + mates.findIndex(({ name }) => name === spec.name);
    return {
      mac: macs.mac,
      routerMac: lan.mac,
      address: `${lan.prefix}.${last}`,
      router: lan.address,
      ...(lan.ipv6 === undefined ? {} : { ipv6: { address: `${lan.ipv6.prefix}::${last}`, router: lan.ipv6.address } }),
    };
  }

  function placed(spec: NodeSpec) {
    return {
      name: spec.name,
      namespace: namespaceOf(labId, spec.name),
      behind: spec.behind,
      link: spec.link === undefined ? undefined : chosenLink(spec.link),
      ...attachment(spec),
    };
  }

  const hosts = topology.hosts.map((spec: HostSpec): PlacedHost => ({ kind: "host", device: "eth0", ...placed(spec) }));
  const gateways = topology.gateways.map(
    (spec: GatewaySpec): PlacedGateway => ({
      kind: "gateway",
      gatewayKind: spec.kind,
      device: "wan",
      ...placed(spec),
    }),
  );
  return { labId, topology, internet: namespaceOf(labId, INTERNET), nodes: [...hosts, ...gateways] };
}

function isGateway(topology: Topology, name: string): boolean {
  return topology.gateways.some((gateway) => gateway.name === name);
}

function publicAttachment(index: number): Required<Omit<Attachment, "mac" | "routerMac">> {
  const network = `${FIRST_PUBLIC_OCTET + (index % PUBLIC_OCTETS)}.0.${Math.floor(index / PUBLIC_OCTETS)}`;
  return {
    address: `${network}.1`,
    router: `${network}.254`,
    ipv6: { address: `3fff:0:${index.toString(16)}::1`, router: `3fff:0:${index.toString(16)}::fe` },
  };
}

/** A gateway's inner network. */
export interface Lan {
  /** The first three octets. */
  readonly prefix: string;
  readonly address: string;
  readonly mac: string;
  readonly ipv6?: { readonly prefix: string; readonly address: string };
}

/** The inner network of a gateway of the topology. */
export function lanOf(topology: Topology, gatewayName: string): Lan {
  const index = topology.gateways.findIndex(({ name }) => name === gatewayName);
  const isCarrier = topology.gateways.some(({ behind }) => behind === gatewayName);
  const prefix = isCarrier ? `100.64.${index + 1}` : `192.168.${index + 1}`;
  const lan = { prefix, address: `${prefix}.1`, mac: macOf(index, 3) };
  if (topology.gateways[index]?.ipv6 !== "firewalled") return lan;
  const prefix6 = `3fff:1:${(index + 1).toString(16)}`;
  return { ...lan, ipv6: { prefix: prefix6, address: `${prefix6}::fe` } };
}

/** The node of this name. Throws RangeError. */
export function nodeOf(lab: AddressedLab, name: string): PlacedNode {
  const node = lab.nodes.find((candidate) => candidate.name === name);
  if (node === undefined) throw new RangeError(`there is no ${name} in this network`);
  return node;
}

/** The gateways between a node and the internet, nearest first; without the node itself. */
export function gatewaysBefore(lab: AddressedLab, name: string): readonly PlacedGateway[] {
  const { behind } = nodeOf(lab, name);
  if (behind === INTERNET) return [];
  const gateway = nodeOf(lab, behind) as PlacedGateway;
  return [gateway, ...gatewaysBefore(lab, gateway.name)];
}

/** Who stands at the internet for a node: itself, or its outermost gateway. Its address is how the world sees the node. */
export function siteOf(lab: AddressedLab, name: string): PlacedNode {
  return gatewaysBefore(lab, name).at(-1) ?? nodeOf(lab, name);
}
