import { isIPv6 } from "node:net";
import { isPrivate } from "@libp2p/utils";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";

/** Where a connection comes from, as limits count it. */
export interface Source {
  /** The IPv4 address, or the /64 of the IPv6 address: one household has all of it. */
  readonly group: string;
  /** `private`: not of the Internet, e.g. a proxy or a container's gateway before us, loopback, a LAN. */
  readonly reach: "public" | "private";
}

/** The source of a socket's remote address. */
export function sourceOf(address: string): Source {
  const host = plainHost(address);
  const kind = isIPv6(host) ? "ip6" : "ip4";
  return { group: kind === "ip6" ? network64(host) : host, reach: reachOf(`/${kind}/${host}`) };
}

/** The source of a connection; `undefined` for a relayed one, which carries the address of its relay, and for names. */
export function sourceOfConnection(address: Multiaddr): Source | undefined {
  const components = address.getComponents();
  if (components.some((each) => each.name === "p2p-circuit")) return undefined;
  const host = components.find((each) => each.name === "ip4" || each.name === "ip6")?.value;
  return host === undefined ? undefined : sourceOf(host);
}

/** The socket a connection came in on, `host port`; `undefined` where it is not over TCP. */
export function socketKeyOf(address: Multiaddr): string | undefined {
  const components = address.getComponents();
  const host = components.find((each) => each.name === "ip4" || each.name === "ip6")?.value;
  const port = components.find((each) => each.name === "tcp")?.value;
  return host === undefined || port === undefined ? undefined : socketKey(host, Number(port));
}

/** The same of a socket. */
export function socketKey(address: string, port: number): string {
  const host = plainHost(address);
  return `${isIPv6(host) ? groupsOf(host).join(":") : host} ${port}`;
}

/** Without zone, and IPv4 where IPv6 only wraps it. */
function plainHost(address: string): string {
  const [host = ""] = address.split("%");
  return host.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

function network64(host: string): string {
  return `${groupsOf(host).slice(0, 4).join(":")}::/64`;
}

/** The eight groups of an IPv6 address, without leading zeros. */
function groupsOf(host: string): readonly string[] {
  const [head = "", tail] = host.split("::");
  const first = head === "" ? [] : head.split(":");
  const last = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => "0");
  return [...first, ...(tail === undefined ? [] : zeros), ...last].map((each) =>
    Number.parseInt(each, 16).toString(16),
  );
}

function reachOf(address: string): Source["reach"] {
  try {
    return isPrivate(multiaddr(address)) ? "private" : "public";
  } catch {
    // Whatever it is, nobody on the Internet has it.
    return "private";
  }
}
