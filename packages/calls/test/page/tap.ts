import type { Channel, MediaRoute, Network } from "@skein/core";

/** Sees every message a device sends, and may change it. */
export type Tap = (bytes: Uint8Array) => Uint8Array;

/** A network with its own media route, whose sent messages pass through a tap. */
export function tapped(network: Network, route: MediaRoute, tap: Tap): Network {
  const through = (channel: Channel): Channel =>
    Object.assign(Object.create(channel) as Channel, { send: (bytes: Uint8Array) => channel.send(tap(bytes)) });
  return Object.assign(Object.create(network) as Network, {
    mode: route.beforeAnswer === "relay" && route.afterAnswer === "relay" ? "central" : "p2p",
    dial: async (...call: Parameters<Network["dial"]>) => through(await network.dial(...call)),
    listen: (...[protocol, take]: Parameters<Network["listen"]>) =>
      network.listen(protocol, (channel) => take(through(channel))),
    mediaRoute: async () => route,
  });
}
