import type { Connection, Libp2p } from "@libp2p/interface";
import { type Clock, type DeviceId, keyFromId, type Random, type Report } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import { type DialPolicy, dialable } from "../addresses.ts";
import type { HostCache } from "../host-cache.ts";
import { type IndexClient, openIndexClient } from "../index-client.ts";
import { MAX_NEIGHBOURS, NEIGHBOURS_EVERY_MS } from "./limits.ts";

/** Other supernodes: found by their ads, kept connected, told of us and of who left. */
export interface Neighbours {
  /** Supernodes whose index stream is open. */
  readonly connected: number;
  /** Tells them that a device's connection to us went away. */
  tellLeft(device: DeviceId, sequence: number): void;
  /** Looks after them now; resolves when that is done. */
  tend(): Promise<void>;
  stop(): void;
}

/** What it needs. */
export interface NeighbourDependencies {
  readonly node: Libp2p;
  readonly self: DeviceId;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly cache: HostCache;
  /** First supernodes, e.g. configured ones. */
  readonly source: () => Promise<readonly SupernodeAd[]>;
  readonly ownAd: () => Uint8Array;
}

/** Looks after neighbours every 30 s until stopped. Failing to reach one costs nothing but that one. */
export function keepNeighbours(
  options: { readonly policy: DialPolicy },
  dependencies: NeighbourDependencies,
): Neighbours {
  const { cache, clock, node, ownAd, random, report, self, source } = dependencies;
  const clients = new Map<DeviceId, IndexClient>();
  const stopping = new AbortController();
  let cancelNext = (): void => {};

  const connect = async (ad: SupernodeAd): Promise<void> => {
    const addresses = dialable(ad.supernode, ad.addresses, options.policy);
    if (addresses.length === 0) return;
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(NEIGHBOURS_EVERY_MS / 2)]);
    const connection: Connection = await node.dial(addresses, { signal });
    const onEnd = (): void => {
      if (clients.get(ad.supernode) !== client) return;
      clients.delete(ad.supernode);
      report({ name: "net.supernode.lost", supernode: ad.supernode });
    };
    const client: IndexClient = await openIndexClient(connection, { onPush: () => {}, onEnd }, signal);
    clients.set(ad.supernode, client);
    report({ name: "net.supernode.connected", supernode: ad.supernode });
    await greet(client);
  };
  const greet = async (client: IndexClient): Promise<void> => {
    await client.ask({ kind: "announce", ad: ownAd() }, stopping.signal);
    const answer = await client.ask({ kind: "neighbours" }, stopping.signal);
    if (answer.kind === "ads") for (const ad of answer.ads) cache.learn(ad);
  };
  const tend = async (): Promise<void> => {
    cancelNext();
    cache.merge(await source().catch(() => []));
    const greeted = [...clients.values()].map((client) => greet(client).catch(() => client.close()));
    const wanted = cache.ads
      .filter((ad) => ad.supernode !== self && !clients.has(ad.supernode))
      .map((ad) => ({ ad, lot: random.fraction() }))
      .sort((one, other) => one.lot - other.lot)
      .slice(0, Math.max(0, MAX_NEIGHBOURS - clients.size));
    await Promise.all([...greeted, ...wanted.map(({ ad }) => connect(ad).catch(() => {}))]);
    // Another round may have ended meanwhile.
    cancelNext();
    if (!stopping.signal.aborted) cancelNext = clock.at(clock.now() + NEIGHBOURS_EVERY_MS, again);
  };
  const again = (): void => {
    tend().catch(() => {});
  };

  return {
    get connected() {
      return clients.size;
    },
    tellLeft(device, sequence) {
      for (const client of clients.values())
        client.ask({ kind: "left", device: keyFromId(device), sequence }).catch(() => {});
    },
    tend,
    stop() {
      stopping.abort();
      cancelNext();
    },
  };
}
