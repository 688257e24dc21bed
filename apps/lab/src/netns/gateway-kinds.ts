/** What a gateway does to the packets of those behind it. Words: RFC 4787 §4 and §5. */
export type GatewayKind =
  | "full-cone"
  | "address-restricted"
  | "port-restricted"
  | "symmetric"
  | "udp-blocked"
  | "web-only";

/** On what a mapping, or who may answer, depends: nothing, the other's address, or its address and port. */
export type Dependence = "endpoint-independent" | "address-dependent" | "address-and-port-dependent";

/** How a gateway (or two of them in a row) is seen from behind it. */
export interface Behaviour {
  readonly udp: UdpBehaviour;
  /** Which TCP ports outside can be reached. */
  readonly tcp: "any-port" | "web-ports" | "none";
}

export type UdpBehaviour =
  | { readonly kind: "blocked" }
  | {
      readonly kind: "translated";
      readonly mapping: Dependence;
      readonly filtering: Dependence;
      /** Whether a socket keeps its port outside, also when someone outside was first to send to that port: hole punching needs it. */
      readonly port: "kept" | "changed";
    };

const translated = (mapping: Dependence, filtering: Dependence, port: "kept" | "changed"): Behaviour => ({
  udp: { kind: "translated", mapping, filtering, port },
  tcp: "any-port",
});

/** How each kind must be seen. */
export const gatewayBehaviour: Readonly<Record<GatewayKind, Behaviour>> = {
  "full-cone": translated("endpoint-independent", "endpoint-independent", "kept"),
  "address-restricted": translated("endpoint-independent", "address-dependent", "kept"),
  "port-restricted": translated("endpoint-independent", "address-and-port-dependent", "kept"),
  symmetric: translated("address-and-port-dependent", "address-and-port-dependent", "changed"),
  "udp-blocked": { udp: { kind: "blocked" }, tcp: "any-port" },
  "web-only": { udp: { kind: "blocked" }, tcp: "web-ports" },
};

/** What a stateful IPv6 firewall looks like: nothing is translated, only answers come in. */
export const ipv6FirewallBehaviour: Behaviour = translated(
  "endpoint-independent",
  "address-and-port-dependent",
  "kept",
);

const STRICTNESS: readonly Dependence[] = ["endpoint-independent", "address-dependent", "address-and-port-dependent"];

function stricter(a: Dependence, b: Dependence): Dependence {
  return STRICTNESS.indexOf(a) >= STRICTNESS.indexOf(b) ? a : b;
}

/** Gateways in a row (a home behind a carrier's NAT) are as strict as the strictest of them, in each respect. */
export function behaviourInARow(a: Behaviour, b: Behaviour): Behaviour {
  const order = ["any-port", "web-ports", "none"] as const;
  const tcp = order[Math.max(order.indexOf(a.tcp), order.indexOf(b.tcp))] ?? "none";
  if (a.udp.kind === "blocked" || b.udp.kind === "blocked") return { udp: { kind: "blocked" }, tcp };
  return {
    udp: {
      kind: "translated",
      mapping: stricter(a.udp.mapping, b.udp.mapping),
      filtering: stricter(a.udp.filtering, b.udp.filtering),
      port: a.udp.port === "changed" ? "changed" : b.udp.port,
    },
    tcp,
  };
}

const cone = {
  maps: `map outside { type inet_service : ipv4_addr . inet_service; flags dynamic,timeout; timeout 5m; };`,
  remember: `oifname "wan" meta l4proto udp update @outside { udp sport : ip saddr . udp sport };`,
};

/** The nft statements that make a kind what it is: sets, where packets come in, where they leave, what may pass. */
const kindRules: Readonly<Record<GatewayKind, { sets: string; pre: string; post: string; forward: string }>> = {
  "full-cone": {
    sets: cone.maps,
    pre: `iifname "wan" meta l4proto udp dnat ip to udp dport map @outside;`,
    post: `${cone.remember} oifname "wan" masquerade;`,
    forward: "",
  },
  "address-restricted": {
    sets: `${cone.maps} set spoken { type inet_service . ipv4_addr; flags dynamic,timeout; timeout 5m; };`,
    pre: `iifname "wan" udp dport . ip saddr @spoken dnat ip to udp dport map @outside;`,
    post: `${cone.remember} oifname "wan" meta l4proto udp update @spoken { udp sport . ip daddr }; oifname "wan" masquerade;`,
    forward: "",
  },
  "port-restricted": { sets: "", pre: "", post: `oifname "wan" masquerade;`, forward: "" },
  symmetric: { sets: "", pre: "", post: `oifname "wan" masquerade random,fully-random;`, forward: "" },
  "udp-blocked": { sets: "", pre: "", post: `oifname "wan" masquerade;`, forward: "meta l4proto udp drop;" },
  "web-only": {
    sets: "",
    pre: "",
    post: `oifname "wan" masquerade;`,
    forward: `iifname "lan" tcp dport { 80, 443 } accept; iifname "lan" drop;`,
  },
};

/**
 * The nft script of a gateway. Its devices are `wan` and `lan`.
 *
 * The input chain is what makes hole punching work: without it a packet from outside that is there first takes the
 * mapping's place in the connection table, and the flow from inside then gets another port.
 */
export function gatewayRules(kind: GatewayKind): string {
  const { sets, pre, post, forward } = kindRules[kind];
  return `table ip lab {
  ${sets}
  chain input { type filter hook input priority 0; iifname "wan" ct state established,related accept; iifname "wan" drop; }
  chain passing { type filter hook forward priority 0; ${forward}
    ct state established,related accept; iifname "wan" ct status dnat accept; iifname "wan" drop; }
  chain pre { type nat hook prerouting priority -100; ${pre} }
  chain post { type nat hook postrouting priority 100; ${post} }
}
`;
}

/** The nft script of a gateway that also passes IPv6: out, and answers in. */
export const IPV6_FIREWALL_RULES = `table ip6 lab6 {
  chain input { type filter hook input priority 0; iifname "wan" ct state established,related accept; iifname "wan" meta l4proto != icmpv6 drop; }
  chain passing { type filter hook forward priority 0; ct state established,related accept; iifname "wan" drop; }
}
`;
