import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import type { Clock, DeviceId, Random, Report } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import { INDEX_PROTOCOL, INDEX_PROTOCOL_1, type IndexReply } from "@skein/wire";
import { hostOf } from "../addresses.ts";
import { deviceOf } from "../peer-id.ts";
import type { Books } from "./books.ts";
import type { Door } from "./door.ts";
import type { Guests } from "./guests.ts";
import { type IndexServiceDependencies, type JoinRequest, serveIndex } from "./index-service.ts";
import type { IndexStore } from "./index-store.ts";
import { createRequestRates } from "./request-rates.ts";
import type { Service } from "./service.ts";

/** The index of a supernode, open while it serves. */
export interface IndexDesk {
  open(): Promise<void>;
  close(): Promise<void>;
  /** Ads to hand out: our own first while we serve, then others' by lot. */
  ads(): readonly Uint8Array[];
  /** Asks everybody for a sign of life; the answer tells them that we leave. */
  tellLeaving(): void;
}

/** What it is made of. */
export interface IndexDeskDependencies {
  readonly self: DeviceId;
  readonly node: Libp2p;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly books: Books;
  readonly store: IndexStore;
  readonly door: Door;
  readonly guests: Guests;
  readonly service: () => Service;
  readonly ownAd: () => Uint8Array;
  readonly notice: (() => Uint8Array | undefined) | undefined;
}

const PROTOCOLS = [INDEX_PROTOCOL, INDEX_PROTOCOL_1];

/** Makes it, closed. */
export function createIndexDesk(dependencies: IndexDeskDependencies): IndexDesk {
  const { books, clock, door, guests, node, notice, ownAd, random, report, self, service, store } = dependencies;

  const othersByLot = (): readonly SupernodeAd[] =>
    books.supernodes.ads
      .filter((each) => each.supernode !== self && each.serving?.phase !== "leaving")
      .map((each) => ({ each, lot: random.fraction() }))
      .sort((one, other) => one.lot - other.lot)
      .map(({ each }) => each);
  const ads = (): readonly Uint8Array[] => {
    const { phase } = service();
    const own = phase === "open" || phase === "settling" ? [ownAd()] : [];
    return [...own, ...othersByLot().map((each) => each.bytes)];
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
    presences: books.presences,
    departures: books.departures,
    watchers: books.watchers,
    store,
    rates: createRequestRates(() => clock.now()),
    ads,
    notice: () => notice?.(),
    leaving: () => (service().phase === "leaving" ? ownAd() : undefined),
    pings,
    onJoin,
    onAd: (bytes) => void books.supernodes.learn(bytes),
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
