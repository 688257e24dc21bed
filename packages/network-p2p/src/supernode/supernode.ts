import type { Connection, Stream } from "@libp2p/interface";
import { type Clock, type DeviceId, deviceIdFromKey, type Random, type Report } from "@skein/core";
import { type KeyPair, type SupernodeAd, signAd } from "@skein/identity";
import type { RelayStats } from "@skein/relay";
import { INDEX_PROTOCOL, INDEX_PROTOCOL_1 } from "@skein/wire";
import { type DialPolicy, hostOf, parseAddress, transportOf } from "../addresses.ts";
import { atMost } from "../at-most.ts";
import { createHostCache } from "../host-cache.ts";
import { deviceOf, privateKeyOf } from "../peer-id.ts";
import { createDepartures } from "./departures.ts";
import { createDeviceBook } from "./device-book.ts";
import { type JoinRequest, serveIndex } from "./index-service.ts";
import { createDhtStore } from "./index-store.ts";
import { AD_REFRESH_MS, MAX_RESERVATIONS } from "./limits.ts";
import { keepNeighbours } from "./neighbours.ts";
import { createPresenceBook } from "./presence-book.ts";
import { type Datastore, sweepRecords } from "./record-sweep.ts";
import { createRecordValidator } from "./record-validator.ts";
import { createRequestRates } from "./request-rates.ts";
import { createSupernodeNode } from "./supernode-node.ts";
import { startTurn, type Turn, type TurnOptions } from "./turn.ts";
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
}

/** Figures of a supernode at this moment. */
export interface SupernodeStatus {
  readonly connections: number;
  readonly reservations: number;
  readonly maxReservations: number;
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
 * Starts a supernode: relay for leaves, index of presences, STUN/TURN. Resolves when it listens; rejects when an address or
 * port is taken. docs/spec/p2p.md.
 */
export async function createSupernode(
  options: SupernodeOptions,
  dependencies: SupernodeDependencies,
): Promise<Supernode> {
  const { clock, datastore, key, random, report } = dependencies;
  const now = (): number => clock.now();
  const id = deviceIdFromKey(key.publicKey);
  const maxReservations = options.maxReservations ?? MAX_RESERVATIONS;
  const presences = createPresenceBook(now);
  const devices = createDeviceBook(now);
  const watchers = createWatchers();
  const cache = createHostCache(now);
  presences.subscribe(watchers.presence);
  const onRefused = (reason: string): void => report({ name: "record.refused", reason });
  const { dht, node, relay } = await createSupernodeNode({
    privateKey: await privateKeyOf(key.seed),
    listen: options.listen,
    announce: options.announce ?? [],
    tls: options.tls,
    datastore,
    policy: options.policy,
    maxReservations,
    validate: createRecordValidator({ presences, devices }, { now, onRefused }),
  });
  const turn =
    options.turn === undefined ? undefined : await startTurnOr(() => node.stop(), options.turn, { clock, random });
  const store = createDhtStore(dht, { presences, devices, now });
  const departures = createDepartures(presences, { clock, onGone: watchers.gone });

  const addresses = (): readonly string[] => ownAddresses(node.getMultiaddrs().map((each) => each.toString()));
  let signed: { readonly ad: Uint8Array; readonly at: number; readonly of: string } | undefined;
  const ad = (): Uint8Array => {
    const loadPct = Math.min(100, Math.round((100 * relay.reservations.size) / maxReservations));
    const statement = { addresses: addresses(), build: options.build, loadPct };
    const of = JSON.stringify(statement);
    if (signed === undefined || signed.of !== of || now() - signed.at > AD_REFRESH_MS) {
      const freeSlots = Math.max(0, maxReservations - relay.reservations.size);
      signed = { ad: signAd({ ...statement, freeSlots, issuedAt: now() }, key), at: now(), of };
    }
    return signed.ad;
  };
  const neighbours = keepNeighbours(
    { policy: options.policy },
    { node, self: id, clock, random, report, cache, source: dependencies.supernodes, ownAd: ad },
  );
  const neighbourAds = (): readonly Uint8Array[] => {
    const others = cache.ads.filter((each) => each.supernode !== id);
    return others
      .map((each) => ({ each, lot: random.fraction() }))
      .sort((one, other) => one.lot - other.lot)
      .map(({ each }) => each.bytes);
  };
  const service = {
    clock,
    report,
    presences,
    store,
    departures,
    watchers,
    rates: createRequestRates(now),
    ads: (): readonly Uint8Array[] => [ad(), ...neighbourAds()],
    notice: (): undefined => undefined,
    onJoin: ({ id }: JoinRequest, { remoteAddr }: Connection) =>
      ({ kind: "joined", id, observed: hostOf(remoteAddr) }) as const,
    onAd: (bytes: Uint8Array) => void cache.learn(bytes),
    turn: (peer: DeviceId) => turn?.credentialsFor(peer),
  };
  const serve = (stream: Stream, connection: Connection): void => {
    serveIndex(stream, connection, service).catch(() => stream.abort(new Error("index failed")));
  };
  await node.handle([INDEX_PROTOCOL, INDEX_PROTOCOL_1], serve, { maxInboundStreams: 2 });
  node.addEventListener("peer:disconnect", (event) => {
    const device = deviceOf(event.detail);
    const presence = device === undefined ? undefined : presences.ofDevice(device);
    if (presence === undefined) return;
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
  neighbours.tend().catch(() => {});

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    cancelSweep();
    neighbours.stop();
    const stopping = Promise.resolve(node.stop()).catch(() => {});
    await atMost(STOP_TIMEOUT_MS, stopping);
    await turn?.close();
  };
  return {
    id,
    addresses,
    ad,
    ads: service.ads,
    status: () => ({
      connections: node.getConnections().length,
      reservations: relay.reservations.size,
      maxReservations,
      records: presences.size,
      watchers: watchers.size,
      neighbours: neighbours.connected,
      dhtPeers: dht.routingTable.size,
      turn: turn?.stats(),
    }),
    meetNeighbours: neighbours.tend,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Starts STUN and TURN; when that fails, `undo` ends what was started before it. */
async function startTurnOr(undo: () => Promise<void> | void, ...given: Parameters<typeof startTurn>): Promise<Turn> {
  try {
    return await startTurn(...given);
  } catch (error) {
    await undo();
    throw error;
  }
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
