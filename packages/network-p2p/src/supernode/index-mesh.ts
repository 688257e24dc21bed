import type { Libp2p } from "@libp2p/interface";
import type { SingleKadDHT } from "@libp2p/kad-dht";
import { type DeviceId, deviceIdFromKey, type Report, type UserId, userIdFromKey } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import { type DialPolicy, neighbourhoodOf } from "../addresses.ts";
import type { Push } from "../index-client.ts";
import type { Books } from "./books.ts";
import { createDhtStore } from "./dht-store.ts";
import { createFollowing } from "./following.ts";
import { createHandOver } from "./hand-over.ts";
import type { IndexStore } from "./index-store.ts";
import { keepNeighbours, type NeighbourDependencies, type Neighbours } from "./neighbours.ts";
import { createOneHopStore } from "./one-hop-store.ts";
import { createPlacement } from "./placement.ts";
import { createRecordOutbox } from "./record-outbox.ts";
import type { RefusalReason } from "./record-refusals.ts";
import { createRosterGossip, type RosterGossip } from "./roster-gossip.ts";
import { createSupernodePool } from "./supernode-pool.ts";

/** Which index a supernode keeps: `one-hop` (docs/decisions/0013-index.md), or the DHT. All of one network keep the same. */
export type IndexKind = "one-hop" | "dht";

/** How records are spread over supernodes. */
export interface IndexOptions {
  /** Left out: `one-hop`. */
  readonly kind?: IndexKind;
  /** One-hop: up to so many supernodes, all keep every record; left out: 64. */
  readonly everywhereUpTo?: number;
}

/** What the mesh needs from the rest of a supernode. */
export interface IndexMeshDependencies
  extends Pick<
    NeighbourDependencies,
    "source" | "ownAd" | "wanted" | "candidate" | "onObserved" | "onNotice" | "clock" | "random"
  > {
  readonly self: DeviceId;
  readonly report: Report;
  readonly node: Libp2p;
  readonly books: Books;
  /** The DHT, while the node serves. */
  readonly dht: () => SingleKadDHT | undefined;
  readonly addresses: () => readonly string[];
}

/** Figures of the index at this moment. */
export interface IndexStatus {
  readonly index: IndexKind;
  readonly records: number;
  /** Users whose durable records are kept. */
  readonly durables: number;
  readonly watchers: number;
  readonly neighbours: number;
  /** Other supernodes that records are placed on. */
  readonly roster: number;
  /** Requests to other supernodes since the start: to find records, and in all. */
  readonly lookups: number;
  readonly asked: number;
  /** Records waiting to be sent to other holders. */
  readonly unsent: number;
  /** Records not taken since the start. */
  readonly recordsRefused: Readonly<Record<RefusalReason, number>>;
}

/** How the index of one supernode hangs together with the others': who they are, who keeps what, and how it gets there. */
export interface IndexMesh {
  readonly store: IndexStore;
  readonly neighbours: Neighbours;
  readonly gossip: RosterGossip;
  /** Leaves here watch these users from now on. */
  follow(users: readonly UserId[]): void;
  /** A supernode said who it is on a stream to us, for the first time there or again. */
  announced(ad: SupernodeAd, how: "first" | "again"): void;
  /** A device's last connection to us went away. */
  left(device: DeviceId): void;
  status(): IndexStatus;
  stop(): void;
}

/** Makes it and begins to look after neighbours once `neighbours.tend` is called. */
export function createIndexMesh(
  options: IndexOptions & { readonly policy: DialPolicy; readonly neighboursEveryMs: number },
  dependencies: IndexMeshDependencies,
): IndexMesh {
  const { books, clock, node, random, report, self } = dependencies;
  const { departures, durables, gate, presences, roster, watchers } = books;
  const kind = options.kind ?? "one-hop";
  const now = (): number => clock.now();
  const stopping = new AbortController();
  const own = {
    supernode: self,
    get neighbourhood() {
      return neighbourhoodOf(dependencies.addresses());
    },
  };
  const placement = createPlacement(options, { self: own, roster });

  /** What another holder pushes for our watchers. */
  const heard = (from: DeviceId, push: Push): void => {
    if (push.kind === "presence") gate.presence(push.record, { peer: from, as: "supernode" });
    else if (placement.othersOf(userIdFromKey(push.user)).includes(from))
      departures.hinted(deviceIdFromKey(push.device), push.sequence);
  };
  const pool = createSupernodePool(
    { policy: options.policy },
    {
      node,
      roster,
      report,
      ownAd: dependencies.ownAd,
      onPush: heard,
      // Whoever keeps few notices the loss of one.
      onLost: () => {
        if (!stopping.signal.aborted && pool.connected.length === 0) neighbours.tend("some").catch(() => {});
      },
    },
  );
  const gossip = createRosterGossip({ clock, random, roster, pool: () => pool });
  const neighbours: Neighbours = keepNeighbours(
    { everyMs: options.neighboursEveryMs },
    { ...dependencies, roster, pool, gossip },
  );
  const isHolder = (supernode: DeviceId): boolean => roster.members.some((each) => each.supernode === supernode);
  const outbox = createRecordOutbox({ pool, clock, isHolder }, stopping.signal);
  const store =
    kind === "one-hop"
      ? createOneHopStore({ clock, presences, durables, gate, placement, pool, outbox })
      : createDhtStore(dependencies.dht, { ...books, now });
  const handOver = createHandOver({ self, clock, presences, durables, placement, pool, outbox });
  const following = createFollowing({ clock, placement, pool, watched: watchers.users });
  if (kind === "one-hop") roster.subscribe(handOver.rosterChanged);

  return {
    store,
    neighbours,
    gossip,
    follow(users) {
      if (kind === "one-hop") following.want(users);
    },
    announced(ad, how) {
      gossip.heardOwn(ad);
      if (how === "first") roster.met(ad.supernode);
    },
    left(device) {
      const presence = presences.ofDevice(device);
      if (presence === undefined) return;
      departures.left(device, self, presence.sequence);
      if (!presence.via.some((via) => via.supernode === self)) return;
      const connected = neighbours.connected.map(({ supernode }) => supernode);
      neighbours.tellLeft(
        device,
        presence.sequence,
        kind === "one-hop" ? placement.othersOf(presence.user, device) : connected,
      );
    },
    status: () => ({
      index: kind,
      records: presences.size,
      durables: durables.size,
      watchers: watchers.size,
      neighbours: neighbours.connected.length,
      roster: roster.members.length,
      lookups: store.requests,
      asked: pool.asked,
      unsent: outbox.unsent,
      recordsRefused: { ...books.refusals.counts },
    }),
    stop() {
      stopping.abort();
      neighbours.stop();
      handOver.stop();
      following.stop();
      pool.stop();
    },
  };
}
