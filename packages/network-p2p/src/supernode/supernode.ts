import { multiaddr } from "@multiformats/multiaddr";
import { type Clock, type DeviceId, deviceIdFromKey, type Random, type Report, type TrafficMeter } from "@skein/core";
import type { KeyPair, SupernodeAd } from "@skein/identity";
import type { RelayStats } from "@skein/relay";
import { type DialPolicy, mayDial, parseAddress, transportOf } from "../addresses.ts";
import { atMost } from "../at-most.ts";
import { deviceOf, privateKeyOf } from "../peer-id.ts";
import type { AddressLimits } from "./address-caps.ts";
import { createAutonatProbe } from "./autonat-probe.ts";
import { createBooks } from "./books.ts";
import type { DialBack } from "./dial-back.ts";
import { createDoor } from "./door.ts";
import { createGuard } from "./guard.ts";
import { createGuests } from "./guests.ts";
import { createIndexDesk } from "./index-desk.ts";
import { createIndexMesh, type IndexMesh, type IndexOptions, type IndexStatus } from "./index-mesh.ts";
import { encryptedStreamOf } from "./libp2p-insides.ts";
import { ADDRESS_LIMITS, MAX_NEIGHBOURS, MAX_RESERVATIONS, NEIGHBOURS_OF_IDLE } from "./limits.ts";
import type { Asked } from "./neighbours.ts";
import { type Announced, createOutsideAddress } from "./outside-address.ts";
import { createOwnAd, figuresOf, type Standing } from "./own-ad.ts";
import { type Pace, productionPace } from "./pace.ts";
import type { ReachabilityProbe } from "./reachability-probe.ts";
import { createReaching } from "./reaching.ts";
import type { Datastore } from "./record-sweep.ts";
import type { RefusalCounts } from "./refusals.ts";
import { startRoles } from "./roles.ts";
import { createService, holdsSlot, type Service, type ServicePhase } from "./service.ts";
import { createSupernodeNode, type SupernodeNode } from "./supernode-node.ts";
import { startTurn, type Turn, type TurnOptions } from "./turn.ts";

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
  /** What one address may have of it; left out: {@link ADDRESS_LIMITS}, where private addresses do not count. */
  readonly perAddress?: AddressLimits;
  /** Left out: no STUN/TURN here. */
  readonly turn?: TurnOptions;
  /** `open` (left out): it serves from the start. `idle`: until `service` is told otherwise, e.g. by its election. */
  readonly begin?: "open" | "idle";
  /** Left out: addresses are as configured. */
  readonly announced?: Announced;
  /** Whether AutoNAT v2 runs beside our own dial-back; it has a say only where nothing is announced. Left out: `off`. */
  readonly autonat?: "on" | "off";
  /** Left out: {@link productionPace}. */
  readonly pace?: Pace;
  /** Which index; left out: one-hop, records everywhere up to 64 supernodes. */
  readonly index?: IndexOptions;
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
  /** Counts what this node costs, as spent on others; the sound that its media relay carries is not counted. */
  readonly meter?: TrafficMeter;
  /** What others take over before this node goes out of service. */
  readonly handOver?: () => Promise<void>;
}

/** Figures of a supernode at this moment. */
export interface SupernodeStatus extends IndexStatus {
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
  readonly dhtPeers: number;
  /** Sockets whose handshake is not done. */
  readonly halfOpen: number;
  /** Bytes that wait for peers that do not read, beyond what their sockets take; all connections together. */
  readonly unsentBytes: number;
  /** What was turned away since the start, by reason. */
  readonly refused: RefusalCounts;
  readonly turn: RelayStats | undefined;
  /** On libp2p streams since the start, relayed ones among them; without what encryption and framing add. */
  readonly bytesSent: number;
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
  /** What AutoNAT v2 finds, where it runs. */
  readonly autonat: ReachabilityProbe;
  /** Ads heard of others, checked. */
  heard(): readonly SupernodeAd[];
  /** Tells its home from now on whether it would serve, were it needed. */
  setCandidate(candidate: "yes" | "no"): void;
  /** Looks after neighbours now instead of within 40 s, and asks all of them for ads unless told otherwise. */
  meetNeighbours(asked?: Asked): Promise<void>;
  /** Ends everything, politely where that is quick. Idempotent, never rejects. */
  stop(): Promise<void>;
}

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
  const { datastore, key } = dependencies;
  let mayReserve = (_: DeviceId): boolean => false;
  const base = await createSupernodeNode({
    privateKey: await privateKeyOf(key.seed),
    listen: options.listen,
    announce: options.announce ?? [],
    tls: options.tls,
    datastore,
    policy: options.policy,
    autonat: options.autonat ?? "off",
    meter: dependencies.meter,
    guard: createGuard(options.perAddress ?? ADDRESS_LIMITS, dependencies.clock),
    mayReserve(peer) {
      const device = deviceOf(peer);
      return device !== undefined && mayReserve(device);
    },
  });
  const assembly = assemble(options, dependencies, base);
  mayReserve = (device) => assembly.door.knock(device).kind === "accept";
  await assembly.reaching.open();
  const endKeeping = datastore === undefined ? async () => {} : assembly.books.keepOn(datastore);
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    assembly.mesh.stop();
    await assembly.service.stop();
    const stopping = Promise.resolve(base.node.stop()).catch(() => {});
    await Promise.all([atMost(STOP_TIMEOUT_MS, stopping), assembly.reaching.stop(), endKeeping()]);
  };
  if (options.begin !== "idle") await serveAtOnce(assembly.service, assembly.maxReservations, stop);
  assembly.mesh.neighbours.tend("some").catch(() => {});
  return {
    ...faceOf(assembly),
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Everything a supernode is made of, put together and not started. */
function assemble(options: SupernodeOptions, dependencies: SupernodeDependencies, base: SupernodeNode) {
  const { bytesSent, guard, node, parts } = base;
  const { clock, datastore, key, random, report } = dependencies;
  const { policy } = options;
  const pace = options.pace ?? productionPace;
  const id = deviceIdFromKey(key.publicKey);
  const maxReservations = options.maxReservations ?? MAX_RESERVATIONS;
  const books = createBooks({ clock, report, self: id });
  const guests = createGuests();
  let candidate: "yes" | "no" = "no";
  const outside = createOutsideAddress(options.announced ?? "configured", () =>
    parts.addressManager
      .getAddressesWithMetadata()
      .filter(({ multiaddr }) => mayDial(multiaddr, policy))
      .map(({ multiaddr }) => multiaddr.toString()),
  );
  const addresses = (): readonly string[] => ownAddresses(outside.addresses());
  const service: Service = createService({
    clock,
    node,
    startRoles: () =>
      startRoles(
        { policy, datastore, maxReservations, validate: books.validate, startTurn: turnStarter() },
        { node, parts, guard },
      ),
    desk: () => desk,
    announce: () => mesh.neighbours.announce(),
    handOver: dependencies.handOver ?? (async () => {}),
  });
  const turnStarter = (): (() => Promise<Turn>) | undefined => {
    const { turn } = options;
    if (turn === undefined) return undefined;
    return () => startTurn({ ...turn, publicAddress: outside.host(turn.publicAddress) }, { clock, random });
  };
  const leaves = (): number => service.roles?.relay.reservations.size ?? 0;
  const door = createDoor({
    clock,
    random,
    slots: () => Math.min(service.slots, maxReservations),
    leaves,
    holdsSlot: (device) => holdsSlot(service.roles, device),
    busy: dependencies.busy ?? idle,
  });
  const figures = (): Standing => {
    const { candidates } = guests;
    return { service, leaves: leaves(), maxReservations, turnedAway: door.turnedAway(), candidates };
  };
  const ownAd = createOwnAd(
    { refreshMs: pace.adRefreshMs },
    { clock, key, state: () => ({ addresses: addresses(), build: options.build, ...figuresOf(figures()) }) },
  );
  const mesh: IndexMesh = createIndexMesh(
    { ...options.index, policy, neighboursEveryMs: pace.neighboursEveryMs },
    {
      node,
      self: id,
      clock,
      random,
      report,
      books,
      addresses,
      dht: () => service.roles?.dht,
      source: dependencies.supernodes,
      ownAd: () => (service.phase === "idle" ? undefined : ownAd.current()),
      wanted: () => (service.phase === "idle" ? NEIGHBOURS_OF_IDLE : MAX_NEIGHBOURS),
      candidate: () => candidate,
      onObserved: outside.observed,
      onNotice: dependencies.onNotice ?? (() => {}),
    },
  );
  const desk = createIndexDesk({
    node,
    clock,
    random,
    report,
    books,
    mesh,
    door,
    guests,
    refusals: guard.refusals,
    service: () => service,
    ownAd: ownAd.current,
    notice: dependencies.notice,
  });
  let confirmedAt: number | undefined;
  const reaching = createReaching(
    { policy, pace },
    {
      node,
      clock,
      random,
      report,
      addresses,
      onReached: (address) => {
        confirmedAt = clock.now();
        parts.addressManager.confirmObservedAddr(multiaddr(address));
      },
      helpers: () => mesh.neighbours.connected,
      helps: () => service.phase === "open" || service.phase === "settling",
    },
  );
  const autonat = createAutonatProbe(
    { everyMs: pace.probeSoonMs },
    { clock, addresses: () => parts.addressManager.getAddressesWithMetadata(), confirmedAt: () => confirmedAt },
  );
  node.addEventListener("peer:disconnect", (event) => {
    const device = deviceOf(event.detail);
    if (device === undefined) return;
    guests.left(device);
    door.left(device);
    mesh.left(device);
  });
  const setCandidate = (next: "yes" | "no"): void => {
    candidate = next;
  };
  return {
    id,
    autonat,
    node,
    guard,
    books,
    service,
    door,
    guests,
    desk,
    ownAd,
    mesh,
    reaching,
    addresses,
    leaves,
    maxReservations,
    setCandidate,
    bytesSent,
  };
}

type Assembly = ReturnType<typeof assemble>;

/** What others see of it. */
function faceOf(assembly: Assembly): Omit<Supernode, "stop"> {
  const { addresses, books, desk, door, guard, guests, id, leaves, maxReservations, mesh, node, ownAd, service } =
    assembly;
  return {
    id,
    addresses,
    ad: ownAd.current,
    ads: desk.ads,
    service,
    dialBack: assembly.reaching.dialBack,
    autonat: assembly.autonat,
    heard: books.roster.heard,
    setCandidate: assembly.setCandidate,
    status: () => ({
      ...mesh.status(),
      connections: node.getConnections().length,
      service: service.phase,
      slots: service.slots,
      reservations: leaves(),
      maxReservations,
      turnedAway: door.turnedAway(),
      candidates: guests.candidates,
      dhtPeers: service.roles?.dht.routingTable.size ?? 0,
      halfOpen: guard.halfOpen,
      unsentBytes: node.getConnections().reduce((sum, each) => sum + encryptedStreamOf(each).writeBufferLength, 0),
      refused: guard.refusals.counts,
      turn: service.roles?.turn?.stats(),
      bytesSent: assembly.bytesSent(),
    }),
    meetNeighbours: (asked = "all") => mesh.neighbours.tend(asked),
  };
}

/** One that serves from the start opens without settling; when it cannot, `undo` ends what was started. */
async function serveAtOnce(service: Service, slots: number, undo: () => Promise<void>): Promise<void> {
  try {
    await service.settle();
  } catch (error) {
    await undo();
    throw error;
  }
  service.offer(slots);
  service.open();
}

function idle(): { readonly cpuPct: number; readonly lagMs: number } {
  return { cpuPct: 0, lagMs: 0 };
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
