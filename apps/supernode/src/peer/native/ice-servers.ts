import type { IceServer } from "@skein/core";

/** A TURN server as node-datachannel takes it. */
export interface NativeRelay {
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly relayType: "TurnUdp";
}

/** libjuice uses no more relays than this (MAX_RELAY_ENTRIES_COUNT). */
const MAX_RELAYS = 2;

/** The STUN server of a media route; libjuice uses one. */
export function stunServers(servers: readonly IceServer[]): readonly string[] {
  return servers
    .flatMap(({ urls }) => urls)
    .filter((url) => /^stun:[A-Za-z0-9.:[\]-]+$/.test(url))
    .slice(0, 1);
}

/**
 * The relays of a media route that libjuice can use: TURN over UDP. TURN over TCP and TLS is left out, libjuice has none;
 * what is malformed is left out too.
 */
export function nativeRelays(servers: readonly IceServer[]): readonly NativeRelay[] {
  return servers
    .flatMap(({ urls, username, credential }) => urls.flatMap((url) => relayOf(url, username ?? "", credential ?? "")))
    .slice(0, MAX_RELAYS);
}

function relayOf(url: string, username: string, password: string): NativeRelay[] {
  const match = /^turn:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/.exec(url);
  const hostname = match?.[1];
  const port = Number(match?.[2] ?? 3478);
  if (hostname === undefined || match?.[3] === "tcp" || port < 1 || port > 65_535) return [];
  return [{ hostname: hostname.replace(/^\[|\]$/g, ""), port, username, password, relayType: "TurnUdp" }];
}
