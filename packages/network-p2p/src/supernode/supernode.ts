import type { Connection, Stream } from "@libp2p/interface";
import { type Clock, type DeviceId, deviceIdFromKey, type Random, type Report } from "@skein/core";
import type { KeyPair, SupernodeAd } from "@skein/identity";
import type { RelayStats } from "@skein/relay";
import { INDEX_PROTOCOL, INDEX_PROTOCOL_1, REACH_PROTOCOL } from "@skein/wire";
import { type DialPolicy, hostOf, parseAddress, transportOf } from "../addresses.ts";
import { atMost } from "../at-most.ts";
import { createHostCache } from "../host-cache.ts";
import { deviceOf, privateKeyOf } from "../peer-id.ts";
import { createDepartures } from "./departures.ts";
import { createDeviceBook } from "./device-book.ts";
import { createDialBack, type DialBack } from "./dial-back.ts";
import { createReachHandler } from "./dial-back-service.ts";
import { createDoor } from "./door.ts";
import { createGuests } from "./guests.ts";
import { type IndexServiceDependencies, serveIndex } from "./index-service.ts";
import { createDhtStore } from "./index-store.ts";
import { MAX_NEIGHBOURS, MAX_RESERVATIONS, NEIGHBOURS_OF_IDLE } from "./limits.ts";
import { keepNeighbours, type Neighbours } from "./neighbours.ts";
import { type Announced, createOutsideAddress } from "./outside-address.ts";
import { type AdStatement, createOwnAd } from "./own-ad.ts";
import { type Pace, productionPace } from "./pace.ts";
import { createPresenceBook } from "./presence-book.ts";
import { type Datastore, sweepRecords } from "./record-sweep.ts";
import { createRecordValidator } from "./record-validator.ts";
import { createRequestRates } from "./request-rates.ts";
import { startRoles } from "./roles.ts";
import { createService, leavesOf, type Service, type ServicePhase } from "./service.ts";
import { createStrangerNode } from "./stranger-node.ts";
import { createSupernodeNode } from "./supernode-node.ts";
import { startTurn, type TurnOptions } from "./turn.ts";
import { createWatchers } from "./watchers.ts";

/** How a supernode is set up. */
export interface SupernodeOptions {
  /** Multiaddrs, e.g. `/ip4/0.0.0.0/tcp/4001/ws` and `/ip4/0.0.0.0/udp/4001/webrtc-direct`; port 0 lets the system choose. */
  readonly listen: readonly string[];
  /** Said to others instead of what it listens on: needed behind a NAT and for public addresses. Without certificate hashes. */
  readonly announce?: readonly string[];
  /** PEM text: with it, `/tls/ws` addresses can be listened on. */
  readonly tls?: { readonly certificate: string; readonly key: string };
  /** Self-declared, e.g. `skein-0.1.0+ab12cd3`. */
  readonly build: string;
  /** Which addresses of other supernodes may be dialled: `public`, or `any` in a local network. */
  readonly policy: DialPolicy;
  /** Relay slots; left out: 2000. */
  readonly maxReservations?: number;
  /** Left out: no STUN/TURN here. */
  readonly turn?: TurnOptions;
  /** `open` (left out): it serves from the start. `idle`: until `service` is told otherwise, e.g. by its election. */
  readonly begin?: "open" | "idle";
  /** Left out: addresses are as configured. */
  readonly announced?: Announced;
  /** Left out: {@link productionPace}. */
  readonly pace?: Pace;
}

/** What a supernode needs from outside. */
export interface SupernodeDependencies {
  /** Its key, kept on disk by the app. */
  readonly key: KeyPair;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  /** First other supernodes; may be empty or reject. */
  readonly supernodes: () => Promise<readonly SupernodeAd[]>;
  /** Keeps the webrtc-direct certificate; left out: a new one at every start. */
  readonly datastore?: Datastore;
  /** How busy the process is; left out: never. */
  readonly busy?: () => { readonly cpuPct: number; readonly lagMs: number };
  /** The newest version notice, to hand on; and one that a neighbour handed to us, unchecked. */
  readonly notice?: () => Uint8Array | undefined;
  readonly onNotice?: (notice: Uint8Array) => void;
  /** What others take over before this node goes out of service. */
  readonly handOver?: () => Promise<void>;
}

/** Figures of a supernode at this moment. */
export interface SupernodeStatus {
  readonly connections: number;
  readonly service: ServicePhase;
  /** Slots offered now. */
  readonly slots: number;
  readonly reservations: number;
  readonly maxReservations: number;
  /** Leaves turned away in the last minute. */
  readonly turnedAway: number;
  /** Nodes that would serve and whose home this is. */
  readonly candidates: number;
  readonly records: number;
  readonly watchers: number;
  readonly neighbours: number;
  readonly dhtPeers: number;
  readonly turn: RelayStats | undefined;
}

/** A running supernode. */
export interface Supernode {
  readonly id: DeviceId;
  /** Where it can be reached, without peer id; wss and ws first. */
  addresses(): readonly string[];
  /** Its signed ad, fresh. */
  ad(): Uint8Array;
  /** Ads to hand to newcomers: its own first, then its neighbours'. */
  ads(): readonly Uint8Array[];
  status(): SupernodeStatus;
  /** What it does for others, and how to turn that on and off. */
  readonly service: Service;
  /** Asks other supernodes whether this node can be reached. */
  readonly dialBack: DialBack;
  /** Ads heard of others, checked. */
  heard(): readonly SupernodeAd[];
  /** Tells its home from now on whether it would serve, were it needed. */
  setCandidate(candidate: "yes" | "no"): void;
  /** Looks for neighbours now instead of within 30 s. */
  meetNeighbours(): Promise<void>;
  /** Ends everything, politely where that is quick. Idempotent, never rejects. */
  stop(): Promise<void>;
}

/** How often dead DHT records are swept out, ms. */
const SWEEP_EVERY_MS: number = 10 * 60_000;

/** Time libp2p gets to stop, ms. */
const STOP_TIMEOUT_MS = 5_000;

/** Most addresses in an ad. */
const MAX_AD_ADDRESSES = 6;

/**
 * Starts a node that can serve: relay for leaves, index of presences, STUN/TURN, dial-back. Resolves when it listens and,
 * unless it begins `idle`, serves; rejects when an address or port is taken. docs/spec/p2p.md.
 */
export async function createSupernode(
  options: SupernodeOptions,
  dependencies: SupernodeDependencies,
): Promise<Supernode> {
  const { clock, datastore, key, random, report } = dependencies;
  const { policy } = options;
  const pace = options.pace ?? productionPace;
  const now = (): number => clock.now();
  const id = deviceIdFromKey(key.publicKey);
  const maxReservations = options.maxReservations ?? MAX_RESERVATIONS;
  const presences = createPresenceBook(now);
  const devices = createDeviceBook(now);
  const watchers = createWatchers();
  const cache = createHostCache(now);
  const guests = createGuests();
  let candidate: "yes" | "no" = "no";
  presences.subscribe(watchers.presence);
  const onRefused = (reason: string): void => report({ name: "record.refused", reason });
  const validate = createRecordValidator({ presences, devices }, { now, onRefused });
  const { node, parts } = await createSupernodeNode({
    privateKey: await privateKeyOf(key.seed),
    listen: options.listen,
    announce: options.announce ?? [],
    tls: options.tls,
    datastore,
    policy,
    mayReserve(peer) {
      const device = deviceOf(peer);
      return device !== undefined && door.knock(device).kind === "accept";
    },
  });
  const store = createDhtStore(() => service.roles?.dht, { presences, devices, now });
  const departures = createDepartures(presences, { clock, onGone: watchers.gone });
  const outside = createOutsideAddress(options.announced ?? "configured", node);
  const addresses = (): readonly string[] => ownAddresses(outside.addresses());
  const service: Service = createService({
    clock,
    node,
    startRoles() {
      const { turn } = options;
      const startTurnHere = (given: TurnOptions) => () =>
        startTurn({ ...given, publicAddress: outside.host(given.publicAddress) }, { clock, random });
      const init = { policy, datastore, maxReservations, validate };
      return startRoles({ ...init, startTurn: turn === undefined ? undefined : startTurnHere(turn) }, { node, parts });
    },
    takeIndex: (state) => takeIndex(state),
    announce: () => neighbours.announce(),
    handOver: async () => {
      await dependencies.handOver?.();
    },
  });
  const leaves = (): number => service.roles?.relay.reservations.size ?? 0;
  const door = createDoor({
    clock,
    random,
    slots: () => Math.min(service.slots, maxReservations),
    leaves,
    holdsSlot: (device) => leavesOf(service.roles).has(device),
    busy: dependencies.busy ?? (() => ({ cpuPct: 0, lagMs: 0 })),
  });
  const ownAd = createOwnAd({ refreshMs: pace.adRefreshMs }, { clock, key, state: () => statement() });
  const statement = (): AdStatement => {
    const { phase, since, slots } = service;
    const offered = Math.max(Math.min(slots, maxReservations), leaves());
    return {
      addresses: addresses(),
      build: options.build,
      loadPct: offered === 0 ? 0 : Math.min(100, Math.round((100 * leaves()) / offered)),
      freeSlots: phase === "open" ? Math.max(0, offered - leaves()) : 0,
      serving: {
        phase: phase === "idle" ? "leaving" : phase,
        since,
        slots: offered,
        leaves: leaves(),
        turnedAway: door.turnedAway(),
        candidates: guests.candidates,
      },
    };
  };
  const dialBack = createDialBack(
    { soonMs: pace.probeSoonMs, everyMs: pace.probeEveryMs, helpers: 3 },
    { clock, random, addresses, helpers: () => neighbours.connected },
  );
  const neighbours: Neighbours = keepNeighbours(
    { policy, everyMs: pace.neighboursEveryMs },
    {
      node,
      self: id,
      clock,
      random,
      report,
      cache,
      source: dependencies.supernodes,
      ownAd: () => (service.phase === "idle" ? undefined : ownAd.current()),
      wanted: () => (service.phase === "idle" ? NEIGHBOURS_OF_IDLE : MAX_NEIGHBOURS),
      candidate: () => candidate,
      onObserved: outside.observed,
      onNotice: (notice) => dependencies.onNotice?.(notice),
    },
  );
  const strangers = createStrangerNode(policy);
  const reach = createReachHandler(
    { policy },
    {
      clock,
      report,
      dial: strangers.dial,
      helps: () => service.phase === "open" || service.phase === "settling",
      onNonce: dialBack.arrived,
    },
  );
  await node.handle(REACH_PROTOCOL, reach, { maxInboundStreams: 4 });
  /** Of supernodes that are alive as far as we know: dead ones must not be handed on. */
  const otherAds = (): readonly SupernodeAd[] =>
    cache.ads
      .filter((each) => each.supernode !== id && each.serving?.phase !== "leaving")
      .map((each) => ({ each, lot: random.fraction() }))
      .sort((one, other) => one.lot - other.lot)
      .map(({ each }) => each);
  const index: IndexServiceDependencies = {
    clock,
    report,
    presences,
    store,
    departures,
    watchers,
    rates: createRequestRates(now),
    ads: () => [
      ...(service.phase === "open" || service.phase === "settling" ? [ownAd.current()] : []),
      ...otherAds().map((each) => each.bytes),
    ],
    notice: () => dependencies.notice?.(),
    onJoin(join, { remoteAddr, remotePeer }) {
      const device = deviceOf(remotePeer);
      const admission = join.as === "leaf" && device !== undefined ? door.knock(device) : undefined;
      if (admission?.kind === "retry") {
        const reason = admission.because === "full" ? "full" : "busy";
        return { kind: "refused", id: join.id, reason, retryAfterMs: admission.afterMs };
      }
      if (device !== undefined) guests.joined(device, join);
      return { kind: "joined", id: join.id, observed: hostOf(remoteAddr) };
    },
    onAd: (bytes) => void cache.learn(bytes),
    turn: (peer) => service.roles?.turn?.credentialsFor(peer),
  };
  const takeIndex = async (state: "open" | "closed"): Promise<void> => {
    const protocols = [INDEX_PROTOCOL, INDEX_PROTOCOL_1];
    if (state === "closed") return await node.unhandle(protocols);
    const serve = (stream: Stream, connection: Connection): void => {
      serveIndex(stream, connection, index).catch(() => stream.abort(new Error("index failed")));
    };
    await node.handle(protocols, serve, { maxInboundStreams: 2 });
  };
  node.addEventListener("peer:disconnect", (event) => {
    const device = deviceOf(event.detail);
    if (device === undefined) return;
    guests.left(device);
    const presence = presences.ofDevice(device);
    if (presence === undefined) return;
    door.left(device);
    departures.left(presence.device, id, presence.sequence);
    if (presence.via.some((via) => via.supernode === id)) neighbours.tellLeft(presence.device, presence.sequence);
  });
  let cancelSweep = (): void => {};
  const sweep = (): void => {
    cancelSweep = clock.at(now() + SWEEP_EVERY_MS, sweep);
    if (datastore !== undefined)
      sweepRecords(datastore, { devices: presences.devices(), users: devices.users() }).catch(() => {});
  };
  sweep();

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    cancelSweep();
    neighbours.stop();
    dialBack.stop();
    await service.stop();
    const stopping = Promise.resolve(node.stop()).catch(() => {});
    await Promise.all([atMost(STOP_TIMEOUT_MS, stopping), strangers.stop()]);
  };
  if (options.begin !== "idle") {
    try {
      await service.settle();
    } catch (error) {
      await stop();
      throw error;
    }
    service.offer(maxReservations);
    service.open();
  }
  neighbours.tend().catch(() => {});
  return {
    id,
    addresses,
    ad: () => ownAd.current(),
    ads: index.ads,
    service,
    dialBack,
    heard: () => cache.ads.filter((each) => each.supernode !== id),
    setCandidate(next) {
      candidate = next;
    },
    status: () => ({
      connections: node.getConnections().length,
      service: service.phase,
      slots: service.slots,
      reservations: leaves(),
      maxReservations,
      turnedAway: door.turnedAway(),
      candidates: guests.candidates,
      records: presences.size,
      watchers: watchers.size,
      neighbours: neighbours.connected.length,
      dhtPeers: service.roles?.dht.routingTable.size ?? 0,
      turn: service.roles?.turn?.stats(),
    }),
    meetNeighbours: neighbours.tend,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Without peer id and relayed addresses, wss and ws first. */
function ownAddresses(texts: readonly string[]): readonly string[] {
  const order = ["wss", "ws", "webrtc-direct"];
  const rank = (text: string): number => {
    const address = parseAddress(text);
    return order.indexOf((address === undefined ? undefined : transportOf(address)) ?? "");
  };
  return texts
    .map((text) => text.replace(/\/p2p\/[^/]+$/, ""))
    .filter((text) => rank(text) >= 0)
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, MAX_AD_ADDRESSES);
}
