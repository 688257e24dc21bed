import { type AddressedLab, gatewaysBefore, lanOf, type PlacedGateway, type PlacedNode } from "./addressing.ts";
import { gatewayRules, IPV6_FIREWALL_RULES } from "./gateway-kinds.ts";
import type { Link } from "./links.ts";
import { INTERNET } from "./topology.ts";

/** Everything that must be done to build a lab, as text for `ip`, `sh` and `nft`. */
export interface Plan {
  readonly namespaces: readonly string[];
  /** For `ip -batch` outside: makes the namespaces and the cables between them. Nothing else is made outside. */
  readonly batch: string;
  /** Made by tapwire, before the scripts run. */
  readonly wires: readonly WirePlan[];
  /** For `sh -e` inside each namespace. */
  readonly scripts: ReadonlyMap<string, string>;
  /** For /etc/netns/NAMESPACE/, which `ip netns exec` lays over /etc. */
  readonly files: ReadonlyMap<string, { readonly hosts: string; readonly "resolv.conf": string }>;
}

/** One wire. Side a is the node's, so that ab is up. */
export interface WirePlan {
  readonly name: string;
  readonly a: End;
  readonly b: End;
  readonly link: Link;
}

interface End {
  readonly namespace: string;
  readonly device: string;
}

/** The commands that build a lab. */
export function planOf(lab: AddressedLab): Plan {
  const namespaces = [lab.internet, ...lab.nodes.map(({ namespace }) => namespace)];
  const cables = lab.nodes.flatMap((node, index) => (node.link === undefined ? [{ index, ...endsOf(lab, node) }] : []));
  // Those that are waited for come first: see READY.
  const byDepth = lab.nodes.toSorted((a, b) => depthOf(lab, b) - depthOf(lab, a));
  return {
    namespaces,
    batch: lines([
      ...namespaces.map((namespace) => `netns add ${namespace}`),
      ...cables.map(
        ({ a, b, index }) =>
          `link add name ${a.device} index ${NEAR_INDEX + index} netns ${a.namespace} type veth peer name ${b.device} index ${FAR_INDEX + index} netns ${b.namespace}`,
      ),
    ]),
    wires: lab.nodes.flatMap((node) =>
      node.link === undefined ? [] : [{ name: node.name, link: node.link, ...endsOf(lab, node) }],
    ),
    scripts: new Map([
      [lab.internet, internetScript(lab)],
      ...byDepth.map((node): [string, string] => [
        node.namespace,
        node.kind === "host" ? hostScript(node) : gatewayScript(lab, node),
      ]),
    ]),
    files: new Map(lab.nodes.map((node) => [node.namespace, etcFiles(lab, node)])),
  };
}

/**
 * The kernel is in a hurry to see that a cable is plugged in only where the numbers of its two devices differ; otherwise it
 * may take a second.
 */
const NEAR_INDEX = 100;
const FAR_INDEX = 1000;

function depthOf(lab: AddressedLab, { kind, name }: PlacedNode): number {
  return gatewaysBefore(lab, name).length + (kind === "host" ? 10 : 0);
}

/** Waits, at most 3 s, until the switch of a gateway passes packets to all its members, whose scripts run before. */
const READY = `tries=0
while ip -o -d link show master lan | grep -qv 'state forwarding'; do
  tries=$((tries + 1)); [ $tries -lt 150 ] || { echo "the switch does not pass packets" >&2; exit 1; }; sleep 0.02
done
`;

/** The two ends of a node's access link; the far one is a device of the node's own name. */
export function endsOf(lab: AddressedLab, node: PlacedNode): { readonly a: End; readonly b: End } {
  const far = node.behind === INTERNET ? lab.internet : lab.nodes.find(({ name }) => name === node.behind)?.namespace;
  return {
    a: { namespace: node.namespace, device: node.device },
    b: { namespace: far ?? lab.internet, device: node.name },
  };
}

function lines(parts: readonly string[]): string {
  return parts.map((part) => `${part}\n`).join("");
}

function fed(program: string, text: string): string {
  return `${program} <<'END'\n${text}END\n`;
}

/** Settings of a namespace. Without IPv6 nothing of it may be heard; with it nobody waits for duplicates or routers. */
function sysctls(ipv6: "on" | "off", forwarding: "on" | "off"): string {
  const set = (path: string, value: number): string => `echo ${value} > /proc/sys/net/${path}`;
  const all = ["all", "default"];
  return lines([
    ...all.map((scope) => set(`ipv4/conf/${scope}/rp_filter`, 0)),
    ...(forwarding === "on" ? [set("ipv4/ip_forward", 1)] : []),
    ...(ipv6 === "off"
      ? all.map((scope) => set(`ipv6/conf/${scope}/disable_ipv6`, 1))
      : all.flatMap((scope) => [
          ...(forwarding === "on" ? [set(`ipv6/conf/${scope}/forwarding`, 1)] : []),
          set(`ipv6/conf/${scope}/accept_dad`, 0),
          set(`ipv6/conf/${scope}/accept_ra`, 0),
          set(`ipv6/conf/${scope}/router_solicitations`, 0),
        ])),
  ]);
}

/**
 * A device towards a router: addresses, the way out, and the router's MAC address told beforehand, so that no ARP is lost
 * or delayed on the wire.
 */
function uplink(node: PlacedNode): readonly string[] {
  const { device, ipv6 } = node;
  return [
    "link set dev lo up",
    `link set dev ${device} address ${node.mac} up`,
    `address add ${node.address}/24 dev ${device}`,
    `neigh replace ${node.router} lladdr ${node.routerMac} dev ${device} nud permanent`,
    `route add default via ${node.router} dev ${device}`,
    ...(ipv6 === undefined
      ? []
      : [
          `address add ${ipv6.address}/64 dev ${device} nodad`,
          `neigh replace ${ipv6.router} lladdr ${node.routerMac} dev ${device} nud permanent`,
          `route add default via ${ipv6.router} dev ${device}`,
        ]),
  ];
}

function hostScript(node: PlacedNode): string {
  return sysctls(node.ipv6 === undefined ? "off" : "on", "off") + fed("ip -batch -", lines(uplink(node)));
}

function gatewayScript(lab: AddressedLab, gateway: PlacedGateway): string {
  const lan = lanOf(lab.topology, gateway.name);
  const members = lab.nodes.filter(({ behind }) => behind === gateway.name);
  const commands = [
    ...uplink(gateway),
    `link add name lan address ${lan.mac} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
    "link set dev lan up",
    `address add ${lan.address}/24 dev lan`,
    ...(lan.ipv6 === undefined ? [] : [`address add ${lan.ipv6.address}/64 dev lan nodad`]),
    ...members.flatMap((member) => [
      `link set dev ${member.name} master lan up`,
      `neigh replace ${member.address} lladdr ${member.mac} dev lan nud permanent`,
      ...(member.ipv6 === undefined || lan.ipv6 === undefined
        ? []
        : [`neigh replace ${member.ipv6.address} lladdr ${member.mac} dev lan nud permanent`]),
    ]),
  ];
  return (
    sysctls(lan.ipv6 === undefined ? "off" : "on", "on") +
    fed("nft -f -", gatewayRules(gateway.gatewayKind) + (lan.ipv6 === undefined ? "" : IPV6_FIREWALL_RULES)) +
    fed("ip -batch -", lines(commands)) +
    READY
  );
}

/** The table of cuts between sites; see partition.ts. */
const CUTS = `table inet lab {
  set cut { type ifname . ifname; }
  chain passing { type filter hook forward priority 0; iifname . oifname @cut drop; }
}
`;

/** The internet is one router. What is not one of its networks is unreachable: there is no way out of the lab. */
function internetScript(lab: AddressedLab): string {
  const commands = lab.nodes
    .filter(({ behind }) => behind === INTERNET)
    .flatMap((node) => {
      const inside = node.kind === "gateway" ? lanOf(lab.topology, node.name).ipv6 : undefined;
      return [
        `link set dev ${node.name} address ${node.routerMac} up`,
        `address add ${node.router}/24 dev ${node.name}`,
        `neigh replace ${node.address} lladdr ${node.mac} dev ${node.name} nud permanent`,
        ...(node.ipv6 === undefined
          ? []
          : [
              `address add ${node.ipv6.router}/64 dev ${node.name} nodad`,
              `neigh replace ${node.ipv6.address} lladdr ${node.mac} dev ${node.name} nud permanent`,
            ]),
        ...(inside === undefined ? [] : [`route add ${inside.prefix}::/64 via ${node.ipv6?.address} dev ${node.name}`]),
      ];
    });
  return sysctls("on", "on") + fed("nft -f -", CUTS) + fed("ip -batch -", lines(["link set dev lo up", ...commands]));
}

/** Names: everyone knows the public hosts. There is no name server, and asking one fails at once. */
function etcFiles(lab: AddressedLab, self: PlacedNode): { readonly hosts: string; readonly "resolv.conf": string } {
  const known = lab.nodes.filter(
    ({ kind, behind, name }) => kind === "host" && (behind === INTERNET || name === self.name),
  );
  return {
    hosts: lines(["127.0.0.1 localhost", "::1 localhost", ...known.map(({ address, name }) => `${address} ${name}`)]),
    "resolv.conf": "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
  };
}
