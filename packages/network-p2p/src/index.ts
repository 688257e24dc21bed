/**
 * The `Network` port over libp2p, for a leaf: a page or a Node process that is reached through supernodes.
 *
 * Main path: `network.ts` (start, stop, the port) → `warm-supernodes.ts` (which supernodes, and what when one dies) →
 * `dialler.ts` (a channel to a device: direct, relayed) → `direct-paths.ts` (when and how to go direct) → `channel.ts`.
 * Left out: the supernode itself (`@skein/network-p2p/supernode`, Node only), mailboxes, and what channels carry.
 *
 * @module
 */
export type { DialPolicy } from "./addresses.ts";
export type { DirectPolicy } from "./direct-paths.ts";
export type { HostCacheStore } from "./host-cache.ts";
export { createP2pNetwork, type P2pNetwork } from "./network.ts";
export type { P2pNetworkDependencies, P2pNetworkOptions, SupernodeSource } from "./options.ts";
export { createPlacements, type PlacementCounts, type Placements } from "./placements.ts";
