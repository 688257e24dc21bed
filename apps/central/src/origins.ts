import { isIPv6 } from "node:net";

/** What decides under which origins clients reach a server. */
export interface OriginFacts {
  /** Address it listens on; `0.0.0.0` and `::` mean every address of the machine. */
  readonly listen: string;
  readonly port: number;
  readonly scheme: "ws" | "wss";
  /** Origins its operator named. */
  readonly publicUrls: readonly string[];
  /** Addresses of the machine now. */
  readonly interfaces: readonly string[];
}

/**
 * The origins a login may name (CE3): those the operator named, the address listened on, `localhost` for a loopback one,
 * and with a wildcard every address of this machine. A name in DNS or behind a proxy has to be named.
 */
export function acceptedOrigins(facts: OriginFacts): ReadonlySet<string> {
  const wildcard = facts.listen === "0.0.0.0" || facts.listen === "::";
  const hosts = wildcard ? [...facts.interfaces, "127.0.0.1", "::1"] : [facts.listen];
  const names = hosts.some((host) => host === "::1" || host.startsWith("127.")) ? [...hosts, "localhost"] : hosts;
  const own = names.map((host) => originOf(`${facts.scheme}://${isIPv6(host) ? `[${host}]` : host}:${facts.port}`));
  return new Set([...facts.publicUrls.map(originOf), ...own]);
}

/** Scheme, host and port of a WebSocket address, as the client signs it. Throws `TypeError` when it is not a URL. */
function originOf(url: string): string {
  return new URL(url).origin;
}
