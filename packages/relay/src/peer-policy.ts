import { parseIp } from "./transport-address.ts";

/** Which peers clients may reach through the relay. */
export type PeerPolicy =
  /** Addresses of the public internet only. */
  | { readonly kind: "public" }
  /** Also these networks, as CIDR text (`"127.0.0.0/8"`): for a relay that serves a local network or one machine. */
  | { readonly kind: "public-and"; readonly networks: readonly string[] };

/**
 * What a peer IP address may be used for.
 * `relays-only`: the relay's own address; other allocations on it may be reached, nothing else on the machine.
 */
export type PeerReach = "anywhere" | "relays-only" | "forbidden";

/** The addresses that make up "this machine". */
export interface OwnAddresses {
  /** The address shown to clients in XOR-RELAYED-ADDRESS. */
  readonly relayedIp: number;
  /** Every other address of the machine. */
  readonly otherIps: readonly number[];
}

/** A block of addresses: those whose bits under `mask` equal `base`. */
interface Network {
  readonly base: number;
  readonly mask: number;
}

/** Never a peer, whatever the policy: "this network", multicast, reserved and broadcast. */
const NEVER = networks(["0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4"]);

/**
 * A peer only when the policy names it: private, carrier NAT, loopback, link-local, protocol assignments, benchmarking
 * (RFC 6890). Documentation networks are routed nowhere on the internet and are what test networks use, so they pass.
 */
const LOCAL = networks([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
]);

/** Makes the function that judges a peer's IP address. Throws `RangeError` when a network is not CIDR text. Rules TU25–TU27. */
export function createPeerRules(policy: PeerPolicy, own: OwnAddresses): (ip: number) => PeerReach {
  const allowed = policy.kind === "public" ? [] : networks(policy.networks);
  const others = new Set(own.otherIps);
  return (ip) => {
    if (contains(NEVER, ip)) return "forbidden";
    if (contains(allowed, ip)) return "anywhere";
    if (ip === own.relayedIp) return "relays-only";
    return others.has(ip) || contains(LOCAL, ip) ? "forbidden" : "anywhere";
  };
}

function contains(list: readonly Network[], ip: number): boolean {
  return list.some(({ base, mask }) => (ip & mask) >>> 0 === base);
}

function networks(list: readonly string[]): readonly Network[] {
  return list.map((text) => {
    const [host = "", bits = ""] = text.split("/");
    const ip = parseIp(host);
    const prefix = /^\d{1,2}$/.test(bits) ? Number(bits) : 33;
    if (ip === undefined || prefix > 32) throw new RangeError(`not an IPv4 network: ${text}`);
    const mask = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0;
    return { base: (ip & mask) >>> 0, mask };
  });
}
