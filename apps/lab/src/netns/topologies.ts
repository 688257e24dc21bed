import type { GatewayKind } from "./gateway-kinds.ts";
import type { LinkChoice } from "./links.ts";
import { type GatewaySpec, type HostSpec, INTERNET, type Topology } from "./topology.ts";

/** A server in a data centre: 1 Gbit/s, 1 ms. */
const dataCentre: LinkChoice = { both: { delayMs: 1, rateMbps: 1000, queueMs: 20 } };

const publicHosts = (names: readonly string[], link: LinkChoice = dataCentre): readonly HostSpec[] =>
  names.map((name) => ({ name, behind: INTERNET, link }));

/** Three supernodes and the central server, each in a network of its own. */
export const servers: readonly HostSpec[] = publicHosts(["sn1", "sn2", "sn3", "central"]);

/** A home at the internet with one computer in it. */
export function home(person: string, kind: GatewayKind, link: LinkChoice): Topology {
  return {
    gateways: [{ name: `${person}-gw`, kind, behind: INTERNET, link }],
    hosts: [{ name: person, behind: `${person}-gw` }],
  };
}

/** Several topologies as one. */
export function joined(...parts: readonly Partial<Topology>[]): Topology {
  return {
    gateways: parts.flatMap(({ gateways }) => gateways ?? []),
    hosts: parts.flatMap(({ hosts }) => hosts ?? []),
  };
}

/** Two people in homes of these kinds, over these links, and the servers. */
export function twoHomes(kinds: readonly [GatewayKind, GatewayKind], link: LinkChoice = "fibre"): Topology {
  return joined({ hosts: servers }, home("alice", kinds[0], link), home("bob", kinds[1], link));
}

const carrier = (name: string, kind: GatewayKind): GatewaySpec => ({ name, kind, behind: INTERNET, link: "fibre" });
const behindCarrier = (person: string, carrierName: string, kind: GatewayKind): Topology => ({
  gateways: [{ name: `${person}-gw`, kind, behind: carrierName }],
  hosts: [{ name: person, behind: `${person}-gw` }],
});

/** A home whose provider translates once more: CGNAT, with a carrier's gateway of its own. */
export function carriedHome(person: string, kind: GatewayKind, carrierKind: GatewayKind): Topology {
  return joined({ gateways: [carrier(`${person}-cgn`, carrierKind)] }, behindCarrier(person, `${person}-cgn`, kind));
}

/** One of everything: each kind of gateway, both double NATs, IPv6, every rung of the ladder. */
const everyKind: Topology = joined(
  { hosts: servers },
  home("cone", "full-cone", "fibre"),
  home("addr", "address-restricted", "fibre"),
  home("port", "port-restricted", "good-wifi"),
  home("sym", "symmetric", "fibre"),
  home("noudp", "udp-blocked", "fibre"),
  home("web", "web-only", "fibre"),
  {
    gateways: [carrier("cgn", "port-restricted"), carrier("cgn-sym", "symmetric"), carrier("cgn-cone", "full-cone")],
  },
  behindCarrier("cgn-port", "cgn", "port-restricted"),
  behindCarrier("cgn-hard", "cgn-sym", "port-restricted"),
  behindCarrier("cgn-open", "cgn-cone", "full-cone"),
  {
    gateways: [{ name: "six-gw", kind: "port-restricted", behind: INTERNET, link: "weak-4g", ipv6: "firewalled" }],
    hosts: [
      { name: "six", behind: "six-gw" },
      { name: "mate", behind: "six-gw", link: "lan" },
      { name: "remote", behind: INTERNET, link: "satellite" },
    ],
  },
);

/** Topologies by name, as `skein-lab up NAME` takes them. */
export const topologies: Readonly<Record<string, Topology>> = {
  "every-kind": everyKind,
  "two-homes": twoHomes(["port-restricted", "port-restricted"]),
};
