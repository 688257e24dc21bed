import type { Multiaddr } from "@multiformats/multiaddr";
import { transportOf } from "./addresses.ts";

/**
 * By a socket where there is one: a WebRTC connection costs some five thousand packets an hour while it idles (RFC 7675
 * consent). WebRTC where the ad names no socket we may dial, or, where that is wanted, after the socket failed.
 */
export async function socketFirst<Connection>(
  addresses: readonly Multiaddr[],
  otherwise: "webrtc" | "nothing",
  connect: (addresses: readonly Multiaddr[]) => Promise<Connection>,
): Promise<Connection> {
  const sockets = addresses.filter((each) => transportOf(each) !== "webrtc-direct");
  const rest = addresses.filter((each) => transportOf(each) === "webrtc-direct");
  if (sockets.length === 0) return await connect(rest);
  if (rest.length === 0 || otherwise === "nothing") return await connect(sockets);
  return await connect(sockets).catch(() => connect(rest));
}
