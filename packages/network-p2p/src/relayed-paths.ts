import type { Connection, Libp2p } from "@libp2p/interface";
import { type Clock, type DeviceId, type Live, NetworkError, type Presence, type Via } from "@skein/core";
import { type DialPolicy, dialable, relayedAddress, relayOf } from "./addresses.ts";
import { connectTo, firstOf } from "./connect.ts";
import { RELAYED_DIAL_TIMEOUT_MS, SUPERNODE_DIAL_TIMEOUT_MS } from "./defaults.ts";
import type { HostCache } from "./host-cache.ts";
import type { Libp2pParts } from "./libp2p-parts.ts";
import { peerIdOf } from "./peer-id.ts";
import { dropConnection, type SupernodeLink } from "./supernode-link.ts";
import { createTimers } from "./timers.ts";

/** Connections to devices through supernodes. */
export interface RelayedPaths {
  /** Those open to a device now. */
  open(device: DeviceId): readonly Connection[];
  /** Opens one through a supernode the presence names: those we are connected to first, the others hedged. */
  connect(presence: Presence, signal: AbortSignal): Promise<Connection>;
  stop(): void;
}

/** Makes them over a node and the warm supernodes. */
export function createRelayedPaths(
  options: { readonly policy: DialPolicy },
  dependencies: {
    readonly node: Libp2p;
    readonly parts: Libp2pParts;
    readonly clock: Clock;
    readonly cache: HostCache;
    readonly links: Live<readonly SupernodeLink[]>;
  },
): RelayedPaths {
  const { node, parts, clock, cache, links } = dependencies;
  const timers = createTimers(clock);
  const dial = (address: Parameters<typeof parts.transportManager.dial>[0], signal: AbortSignal): Promise<Connection> =>
    parts.transportManager.dial(address, { signal });

  const openTo = (supernode: DeviceId): Connection | undefined =>
    node.getConnections(peerIdOf(supernode)).find((each) => each.status === "open" && each.limits === undefined);
  /** A supernode we are not warm with: its own signed ad says where it is; else the presence does. */
  const reach = async (via: Via, signal: AbortSignal): Promise<Connection> => {
    const warm = openTo(via.supernode);
    if (warm !== undefined) return warm;
    const ad = cache.ads.find((each) => each.supernode === via.supernode);
    const addresses = dialable(via.supernode, ad?.addresses ?? via.addresses, options.policy);
    const visit = await connectTo(addresses, { clock, dial }, { signal, timeoutMs: SUPERNODE_DIAL_TIMEOUT_MS });
    leaveWhenUnused(visit);
    return visit;
  };
  /** A visit ends with the last relayed connection through it. */
  const leaveWhenUnused = (visit: Connection): void => {
    const look = (): void => {
      if (visit.status !== "open") return;
      const warm = links.value.some((link) => link.connection === visit);
      if (!warm && visit.streams.length === 0) visit.close().catch(() => dropConnection(visit));
      else timers.at(clock.now() + VISIT_LOOK_MS, look);
    };
    timers.at(clock.now() + VISIT_LOOK_MS, look);
  };

  return {
    stop: timers.cancelAll,
    open: (device) =>
      node
        .getConnections(peerIdOf(device))
        .filter((each) => each.status === "open" && relayOf(each.remoteAddr) !== undefined),
    async connect(presence, signal) {
      const isWarm = (via: Via): boolean => openTo(via.supernode) !== undefined;
      const vias = [...presence.via].sort((one, other) => Number(isWarm(other)) - Number(isWarm(one)));
      if (vias.length === 0) throw new NetworkError("unreachable", "the device names no supernode");
      const limit = AbortSignal.any([signal, AbortSignal.timeout(RELAYED_DIAL_TIMEOUT_MS)]);
      const tries = vias.map((via) => async (each: AbortSignal) => {
        const supernode = await reach(via, each);
        return dial(relayedAddress(supernode.remoteAddr, presence.device), each);
      });
      return firstOf(tries, { clock, discard: dropConnection }, limit);
    },
  };
}

/** How often a visited supernode is looked at, ms. */
const VISIT_LOOK_MS = 60_000;
