import type { GatewayKind } from "./gateway-kinds.ts";
import { chosenLink, type LinkChoice } from "./links.ts";

/** A test network as data: who is where, behind what, over which link. */
export interface Topology {
  readonly gateways: readonly GatewaySpec[];
  readonly hosts: readonly HostSpec[];
}

/** A router that translates addresses. Its members are those that name it. */
export interface GatewaySpec {
  readonly name: string;
  readonly kind: GatewayKind;
  /** `internet`, or a carrier's gateway (double NAT). */
  readonly behind: string;
  /** Its link to the internet or to the carrier. Left out: nothing is done to packets. */
  readonly link?: LinkChoice;
  /** `firewalled`: members also have a public IPv6 address, behind a firewall that lets only answers in. */
  readonly ipv6?: "none" | "firewalled";
}

/** A computer. */
export interface HostSpec {
  readonly name: string;
  /** `internet` (a public host), or a gateway. */
  readonly behind: string;
  /** Its link to the internet, or to the switch of its home. Left out: nothing is done to packets. */
  readonly link?: LinkChoice;
}

/** Anything with an access link. */
export type NodeSpec = GatewaySpec | HostSpec;

/** A topology that cannot be built; `faults` says why, one sentence each. */
export class TopologyError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`this network cannot be built:\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.name = "TopologyError";
    this.faults = faults;
  }
}

/** The name of the namespace that is the internet; no node may be called so. */
export const INTERNET = "internet";

/** Names are also names of network devices (at most 15 characters) and of hosts. */
const NAME = /^[a-z][a-z0-9-]{0,11}$/;
const RESERVED = [INTERNET, "lan", "wan", "lo", "eth0", "localhost"];
const MAX_NODES = 200;
const MAX_MEMBERS = 200;

/** What is wrong with a topology, one sentence each; empty when it can be built. */
export function topologyFaults(topology: Topology): readonly string[] {
  const nodes: readonly NodeSpec[] = [...topology.gateways, ...topology.hosts];
  return [
    ...(nodes.length > MAX_NODES ? [`${nodes.length} nodes are more than ${MAX_NODES}`] : []),
    ...nodes.flatMap((node, index) => nodeFaults(topology, nodes, node, index)),
    ...topology.gateways.flatMap((gateway) => gatewayFaults(topology, nodes, gateway)),
    ...(topology.hosts.filter(({ behind }) => behind === INTERNET).length < 2
      ? ["the self-check needs two public hosts"]
      : []),
  ];
}

function nodeFaults(topology: Topology, nodes: readonly NodeSpec[], node: NodeSpec, index: number): readonly string[] {
  const { name, behind, link } = node;
  const isPlaced = behind === INTERNET || topology.gateways.some((gateway) => gateway.name === behind);
  const faults = [
    ...(NAME.test(name) && !RESERVED.includes(name) ? [] : [`${name} is not a name`]),
    ...(nodes.findIndex((other) => other.name === name) === index ? [] : [`${name} stands twice`]),
    ...(isPlaced ? [] : [`${name} is behind ${behind}, which is no gateway`]),
  ];
  try {
    if (link !== undefined) chosenLink(link);
    return faults;
  } catch (error) {
    return [...faults, `${name}: ${(error as Error).message}`];
  }
}

function gatewayFaults(topology: Topology, nodes: readonly NodeSpec[], gateway: GatewaySpec): readonly string[] {
  const { name, behind, ipv6 } = gateway;
  const members = nodes.filter((node) => node.behind === name).length;
  const carrier = topology.gateways.find((other) => other.name === behind);
  const isTooDeep = behind === name || (carrier !== undefined && carrier.behind !== INTERNET);
  return [
    ...(members === 0 ? [`nobody is behind ${name}`] : []),
    ...(members > MAX_MEMBERS ? [`more than ${MAX_MEMBERS} are behind ${name}`] : []),
    ...(isTooDeep ? [`${name} is more than two gateways away from the internet`] : []),
    ...(ipv6 === "firewalled" && behind !== INTERNET ? [`${name} has IPv6 but is not at the internet`] : []),
  ];
}

/** Throws TopologyError for a topology that cannot be built. */
export function checkTopology(topology: Topology): void {
  const faults = topologyFaults(topology);
  if (faults.length > 0) throw new TopologyError(faults);
}
