import type { Connection } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { type Clock, type DeviceId, type LiveSource, NetworkError } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import { type DialPolicy, dialable } from "./addresses.ts";
import { connectTo } from "./connect.ts";
import { RESERVATION_TIMEOUT_MS, SUPERNODE_DIAL_TIMEOUT_MS } from "./defaults.ts";
import { type IndexClient, openIndexClient, type Push } from "./index-client.ts";
import type { RelayReservations } from "./libp2p-parts.ts";
import { toNetworkError } from "./network-errors.ts";
import { peerIdOf } from "./peer-id.ts";

/** A supernode that serves us: connection, reservation and index stream are all there. */
export interface SupernodeLink {
  readonly supernode: DeviceId;
  readonly ad: SupernodeAd;
  readonly connection: Connection;
  readonly index: IndexClient;
  /** Ends it; `onLost` is not called for this. Never rejects. */
  close(): Promise<void>;
}

/** The supernodes that serve us, home first: written by the one who keeps them, read by all. */
export type LinkSource = LiveSource<readonly SupernodeLink[]>;

/** What a link is built with. */
export interface LinkDependencies {
  readonly clock: Clock;
  readonly dial: (address: Multiaddr, signal: AbortSignal) => Promise<Connection>;
  readonly reservations: RelayReservations;
}

/**
 * Connects to a supernode, reserves a relay slot and opens the index. Rejects `unreachable`, or `refused` when it has no
 * slot. `onLost` hears once when any of the three goes away by itself.
 */
export async function openSupernodeLink(
  target: { readonly ad: SupernodeAd; readonly policy: DialPolicy },
  handlers: { readonly onPush: (push: Push) => void; readonly onLost: () => void },
  dependencies: LinkDependencies,
  signal: AbortSignal,
): Promise<SupernodeLink> {
  const { ad, policy } = target;
  const { clock, dial, reservations } = dependencies;
  const addresses = dialable(ad.supernode, ad.addresses, policy);
  const connection = await connectTo(addresses, { clock, dial }, { signal, timeoutMs: SUPERNODE_DIAL_TIMEOUT_MS });
  let state: "open" | "over" = "open";
  const lost = (): void => {
    if (state === "over") return;
    state = "over";
    dropConnection(connection);
    handlers.onLost();
  };
  const peer = peerIdOf(ad.supernode);
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(RESERVATION_TIMEOUT_MS)]);
    await Promise.race([reservations.addRelay(peer, "configured"), aborted(limit)]);
    const index = await openIndexClient(connection, { onPush: handlers.onPush, onEnd: lost }, limit);
    if (connection.status !== "open") throw new NetworkError("unreachable", "the supernode went away at once");
    connection.addEventListener("close", lost);
    return {
      supernode: ad.supernode,
      ad,
      connection,
      index,
      async close() {
        if (state === "over") return;
        state = "over";
        await connection.close().catch(() => dropConnection(connection));
      },
    };
  } catch (error) {
    state = "over";
    dropConnection(connection);
    throw toNetworkError(error);
  }
}

/** Ends a connection without waiting. */
export function dropConnection(connection: Connection): void {
  connection.abort(new NetworkError("closed", "no longer wanted"));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
