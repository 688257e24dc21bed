import type { IceServer } from "@skein/core";

/** A STUN or TURN server as node-datachannel takes it. */
export type NativeIceServer =
  | string
  | {
      readonly hostname: string;
      readonly port: number;
      readonly username: string;
      readonly password: string;
      readonly relayType: "TurnUdp";
    };

/** libjuice uses no more relays than this (MAX_RELAY_ENTRIES_COUNT). */
const MAX_RELAYS = 2;

/**
 * The servers of a media route that libjuice can use: STUN, and TURN over UDP. TURN over TCP and TLS is left out, libjuice
 * has none; what is malformed is left out too.
 */
export function nativeIceServers(servers: readonly IceServer[]): readonly NativeIceServer[] {
  const stun = servers.flatMap(({ urls }) => urls).filter((url) => /^stun:[A-Za-z0-9.:[\]-]+$/.test(url));
  const turn = servers.flatMap(({ urls, username, credential }) =>
    urls.flatMap((url) => relayOf(url, username ?? "", credential ?? "")),
  );
  return [...stun.slice(0, 1), ...turn.slice(0, MAX_RELAYS)];
}

function relayOf(url: string, username: string, password: string): NativeIceServer[] {
  const match = /^turn:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/.exec(url);
  const hostname = match?.[1];
  const port = Number(match?.[2] ?? 3478);
  if (hostname === undefined || match?.[3] === "tcp" || port > 65_535) return [];
  return [{ hostname: hostname.replace(/^\[|\]$/g, ""), port, username, password, relayType: "TurnUdp" }];
}
