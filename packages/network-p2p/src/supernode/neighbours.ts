import type { Connection, Libp2p } from "@libp2p/interface";
import { type Clock, type DeviceId, keyFromId, type Random, type Report } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import { type DialPolicy, dialable } from "../addresses.ts";
import type { HostCache } from "../host-cache.ts";
import { type IndexClient, openIndexClient } from "../index-client.ts";

/** A supernode whose index stream is open. */
export interface Neighbour {
  readonly supernode: DeviceId;
  readonly connection: Connection;
  readonly index: IndexClient;
}

/** Other supernodes: found by their ads, kept connected, told of us and of who left. */
export interface Neighbours {
  readonly connected: readonly Neighbour[];
  /** Tells them that a device's connection to us went away. */
  tellLeft(device: DeviceId, sequence: number): void;
  /** Looks after them now; resolves when that is done. */
  tend(): Promise<void>;
  /** Our ad changed in a way that others should hear of at once. */
  announce(): void;
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
  /** What to announce; `undefined` while we serve nobody. */
  readonly ownAd: () => Uint8Array | undefined;
  /** How many to keep: a supernode more, a node that only uses the network few. */
  readonly wanted: () => number;
  /** Whether we would serve, were we needed. */
  readonly candidate: () => "yes" | "no";
  /** A supernode says at which address it sees us. */
  readonly onObserved: (address: string, by: DeviceId) => void;
  /** A version notice came, unchecked. */
  readonly onNotice: (notice: Uint8Array) => void;
}

/** Longest a supernode may take to be connected, ms. */
const DIAL_TIMEOUT_MS = 15_000;

/** Looks after neighbours every `everyMs` until stopped. Failing to reach one costs nothing but that one. */
export function keepNeighbours(
  options: { readonly policy: DialPolicy; readonly everyMs: number },
  dependencies: NeighbourDependencies,
): Neighbours {
  const { cache, candidate, clock, node, onNotice, onObserved, ownAd, random, report, self, source, wanted } =
    dependencies;
  const neighbours = new Map<DeviceId, Neighbour>();
  const stopping = new AbortController();
  let cancelNext = (): void => {};

  const connect = async (ad: SupernodeAd): Promise<void> => {
    const addresses = dialable(ad.supernode, ad.addresses, options.policy);
    if (addresses.length === 0) return;
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)]);
    const connection: Connection = await node.dial(addresses, { signal });
    const onEnd = (): void => {
      if (neighbours.get(ad.supernode)?.index !== index) return;
      neighbours.delete(ad.supernode);
      report({ name: "net.supernode.lost", supernode: ad.supernode });
      // Whoever keeps few notices the loss of one.
      if (!stopping.signal.aborted && neighbours.size === 0) again();
    };
    const index: IndexClient = await openIndexClient(connection, { onPush: () => {}, onEnd }, signal);
    const neighbour = { supernode: ad.supernode, connection, index };
    neighbours.set(ad.supernode, neighbour);
    report({ name: "net.supernode.connected", supernode: ad.supernode });
    await greet(neighbour);
  };
  const greet = async (neighbour: Neighbour): Promise<void> => {
    const { index } = neighbour;
    await tell(neighbour);
    if (index.version === 2) await join(neighbour);
    const answer = await index.ask({ kind: "neighbours" }, stopping.signal);
    if (answer.kind !== "ads") return;
    for (const ad of answer.ads) cache.learn(ad);
    if (answer.notice !== undefined) onNotice(answer.notice);
  };
  /** The first is home: it alone counts us among the candidates. */
  const join = async ({ index, supernode }: Neighbour): Promise<void> => {
    const home = neighbours.keys().next().value === supernode ? "yes" : "no";
    const answer = await index.ask({ kind: "join", as: "node", home, candidate: candidate() }, stopping.signal);
    if (answer.kind === "joined") onObserved(answer.observed, supernode);
  };
  const tell = async ({ index }: Neighbour): Promise<void> => {
    const ad = ownAd();
    if (ad !== undefined) await index.ask({ kind: "announce", ad }, stopping.signal);
  };
  const tend = async (): Promise<void> => {
    cancelNext();
    cache.merge(await source().catch(() => []));
    const greeted = [...neighbours.values()].map((each) => greet(each).catch(() => each.index.close()));
    const missing = cache.ads
      .filter((ad) => ad.supernode !== self && !neighbours.has(ad.supernode))
      .map((ad) => ({ ad, lot: random.fraction() }))
      .sort((one, other) => one.lot - other.lot)
      .slice(0, Math.max(0, wanted() - neighbours.size));
    await Promise.all([...greeted, ...missing.map(({ ad }) => connect(ad).catch(() => {}))]);
    // Another round may have ended meanwhile.
    cancelNext();
    if (!stopping.signal.aborted) cancelNext = clock.at(clock.now() + options.everyMs, again);
  };
  const again = (): void => {
    tend().catch(() => {});
  };

  return {
    get connected() {
      return [...neighbours.values()];
    },
    announce() {
      for (const each of neighbours.values()) tell(each).catch(() => {});
    },
    tellLeft(device, sequence) {
      for (const { index } of neighbours.values())
        index.ask({ kind: "left", device: keyFromId(device), sequence }).catch(() => {});
    },
    tend,
    stop() {
      stopping.abort();
      cancelNext();
    },
  };
}
