import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import type { Clock, Random, Report } from "@skein/core";
import { INDEX_PROTOCOL, INDEX_PROTOCOL_1, type IndexReply } from "@skein/wire";
import { hostOf } from "../addresses.ts";
import { deviceOf } from "../peer-id.ts";
import type { Books } from "./books.ts";
import { byLot } from "./by-lot.ts";
import type { Door } from "./door.ts";
import type { Guests } from "./guests.ts";
import type { IndexMesh } from "./index-mesh.ts";
import { type IndexServiceDependencies, type JoinRequest, serveIndex } from "./index-service.ts";
import { CHEAP_REQUESTS, DEAR_REQUESTS, RECORD_REQUESTS } from "./limits.ts";
import type { Refusals } from "./refusals.ts";
import { createPeerRates } from "./request-rates.ts";
import type { Service } from "./service.ts";

/** The index of a supernode, open while it serves. */
export interface IndexDesk {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Ads to hand out: our own first while we serve, then those we are connected to, then those heard of. */
  ads(): readonly Uint8Array[];
  /** Asks everybody for a sign of life; the answer tells them that we leave. */
  tellLeaving(): void;
}

/** What it is made of. */
export interface IndexDeskDependencies {
  readonly node: Libp2p;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly books: Books;
  readonly mesh: IndexMesh;
  readonly door: Door;
  readonly guests: Guests;
  readonly refusals: Refusals;
  readonly service: () => Service;
  readonly ownAd: () => Uint8Array;
  readonly notice: (() => Uint8Array | undefined) | undefined;
}

const PROTOCOLS = [INDEX_PROTOCOL, INDEX_PROTOCOL_1];

/** Makes it, closed. */
export function createIndexDesk(dependencies: IndexDeskDependencies): IndexDesk {
  const { books, clock, door, guests, mesh, node, notice, ownAd, random, refusals, report, service } = dependencies;

  const ads = (): readonly Uint8Array[] => {
    const { phase } = service();
    const own = phase === "open" || phase === "settling" ? [ownAd()] : [];
    const { heard, met } = books.roster.handOut();
    const others = [...byLot(met, random), ...byLot(heard, random)];
    return [...own, ...others.map(({ bytes }) => bytes)];
  };
  const onJoin = (join: JoinRequest, { remoteAddr, remotePeer }: Connection): IndexReply => {
    const { as, id } = join;
    const device = deviceOf(remotePeer);
    if (device === undefined) return { kind: "refused", id, reason: "invalid" };
    const admission = as === "leaf" ? door.knock(device) : { kind: "accept" as const };
    if (admission.kind === "retry") {
      const reason = admission.because === "full" ? "full" : "busy";
      return { kind: "refused", id, reason, retryAfterMs: admission.afterMs };
    }
    guests.joined(device, join);
    return { kind: "joined", id, observed: hostOf(remoteAddr) };
  };
  const pings = new Set<() => void>();
  const answers: IndexServiceDependencies = {
    clock,
    report,
    now: () => clock.now(),
    presences: books.presences,
    durables: books.durables,
    gate: books.gate,
    departures: books.departures,
    watchers: books.watchers,
    store: mesh.store,
    gossip: mesh.gossip,
    follow: mesh.follow,
    rates: createPeerRates(
      { cheap: CHEAP_REQUESTS, dear: DEAR_REQUESTS, record: RECORD_REQUESTS },
      { now: () => clock.now(), onRefused: () => refusals.count("rate-index") },
    ),
    onSlow: () => refusals.count("slow-reader"),
    ads,
    notice: () => notice?.(),
    leaving: () => (service().phase === "leaving" ? ownAd() : undefined),
    pings,
    onJoin,
    onAd: mesh.announced,
    onSupernodeLeft: books.roster.lost,
    turn: (peer) => service().roles?.turn?.credentialsFor(peer),
  };
  const take = (stream: Stream, connection: Connection): void => {
    serveIndex(stream, connection, answers).catch(() => stream.abort(new Error("index failed")));
  };
  return {
    open: () => node.handle(PROTOCOLS, take, { maxInboundStreams: 2 }),
    close: () => node.unhandle(PROTOCOLS),
    ads,
    tellLeaving() {
      for (const ping of pings) ping();
    },
  };
}
