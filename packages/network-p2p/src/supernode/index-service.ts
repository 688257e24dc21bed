import type { Connection, Stream } from "@libp2p/interface";
import { type Clock, type DeviceId, deviceIdFromKey, type Report, type UserId, userIdFromKey } from "@skein/core";
import { type SupernodeAd, verifyAd } from "@skein/identity";
import {
  type ExchangeRequest,
  INDEX_PROTOCOL_1,
  type IndexReply,
  type IndexRequest,
  indexReply,
  indexRequest,
  isExchange,
  MAX_ADS,
  MAX_DEVICES_OF_USER,
} from "@skein/wire";
import { openFrames } from "../frames.ts";
import { deviceOf } from "../peer-id.ts";
import { MAX_INDEX_FRAME_BYTES } from "../specification.ts";
import type { Departures } from "./departures.ts";
import { answerExchange, type ExchangeDependencies, refusalOf, refused } from "./exchange-service.ts";
import type { IndexStore } from "./index-store.ts";
import { MAX_UNSENT_ANSWER_BYTES } from "./limits.ts";
import { watchLiveness } from "./liveness.ts";
import type { PresenceBook } from "./presence-book.ts";
import type { RecordGate } from "./record-gate.ts";
import type { RequestRates } from "./request-rates.ts";
import { gonePush, presencePush, type Watcher, type Watchers } from "./watchers.ts";

/** The request that says who is asking. */
export type JoinRequest = Extract<IndexRequest, { readonly kind: "join" }>;

/** What the service answers from. */
export interface IndexServiceDependencies extends ExchangeDependencies {
  readonly clock: Clock;
  readonly report: Report;
  readonly presences: PresenceBook;
  readonly gate: RecordGate;
  readonly store: IndexStore;
  readonly departures: Departures;
  readonly watchers: Watchers;
  readonly rates: RequestRates;
  /** A peer was cut that did not read what it asked for. */
  readonly onSlow: () => void;
  /** Signed ads, our own first: whoever came by a bare address has it checked now. */
  readonly ads: () => readonly Uint8Array[];
  /** Our own ad once it says that we leave: the answer to whoever shows a sign of life. */
  readonly leaving: () => Uint8Array | undefined;
  /** Those who can be asked for a sign of life now. */
  readonly pings: Set<() => void>;
  /** The newest version notice known, signed. */
  readonly notice: () => Uint8Array | undefined;
  /** Somebody says what it is here for. */
  readonly onJoin: (join: JoinRequest, connection: Connection) => IndexReply;
  /** A supernode at this connection says who it is, once more or for the first time on this stream. */
  readonly onAd: (ad: SupernodeAd, how: "first" | "again") => void;
  /** The stream of one that said so ended. */
  readonly onSupernodeLeft: (supernode: DeviceId) => void;
  /** Fresh relay credentials for a peer, if there is a relay. */
  readonly turn: (peer: DeviceId) => Omit<Extract<IndexReply, { readonly kind: "turn" }>, "kind" | "id"> | undefined;
}

/** Serves one index stream until it ends. Never rejects. */
export async function serveIndex(
  stream: Stream,
  connection: Connection,
  dependencies: IndexServiceDependencies,
): Promise<void> {
  const { clock, report, watchers } = dependencies;
  const peer = deviceOf(connection.remotePeer);
  if (peer === undefined) return stream.abort(new Error("not a device key"));
  const frames = openFrames(stream, MAX_INDEX_FRAME_BYTES);
  const version = stream.protocol === INDEX_PROTOCOL_1 ? 1 : 2;
  const say = (reply: IndexReply): void => {
    if (version === 1 && !spokenIn1(reply)) return;
    if (stream.writeBufferLength > MAX_UNSENT_ANSWER_BYTES) {
      dependencies.onSlow();
      frames.abort("it does not read what it asked for");
    } else frames.send(indexReply.encode(reply)).catch(() => {});
  };
  const watcher: Watcher = { push: say };
  const asker: Asker = { peer, connection, version, as: "leaf", follower: { push: say }, followed: new Map() };
  const liveness = watchLiveness({
    clock,
    ping: () => pingNow(),
    onDead: () => connection.abort(new Error("silent")),
  });
  const pingNow = (): void => say({ kind: "ping" });
  try {
    for await (const frame of frames.incoming) {
      liveness.heard();
      const request = indexRequest.decode(frame);
      if (!request.ok) {
        report({ name: "peer.bad-message", peer, protocol: stream.protocol, reason: request.reason });
        break;
      }
      if (request.value.kind === "join" && version === 2) {
        liveness.joined(request.value.home);
        dependencies.pings.add(pingNow);
      }
      // Answers come as they are ready; the rate limit bounds how many are under way.
      answer(request.value, asker, watcher, dependencies).then(
        (reply) => (isWanted(request.value, reply) ? say(reply) : undefined),
        () => say(refused(request.value.id, "unavailable")),
      );
    }
  } catch {
    // The stream was reset: the peer is gone.
  } finally {
    liveness.stop();
    dependencies.pings.delete(pingNow);
    watchers.watch(watcher, []);
    watchers.watch(asker.follower, []);
    if (asker.as === "supernode") dependencies.onSupernodeLeft(peer);
    await frames.end();
  }
}

const SINCE_2: ReadonlySet<IndexReply["kind"]> = new Set(["ping", "joined", "durables", "wanted", "roster"]);

/** Whether a peer that speaks version 1 can read this. */
function spokenIn1(reply: IndexReply): boolean {
  return !SINCE_2.has(reply.kind) && !(reply.kind === "refused" && reply.reason === "busy");
}

/** A sign of life that was asked for is answered only when there is something to say. */
function isWanted({ id, kind }: IndexRequest, reply: IndexReply): boolean {
  return !(kind === "here" && id === 0 && reply.kind === "done");
}

const DEAR: ReadonlySet<IndexRequest["kind"]> = new Set(["put", "turn"]);

/** Who asks, on one stream. */
export interface Asker {
  readonly peer: DeviceId;
  readonly connection: Connection;
  readonly version: 1 | 2;
  /** A supernode once it announced its ad on this stream. */
  as: "leaf" | "supernode";
  /** What it follows for its own leaves, apart from what it watches itself; each until so long. */
  readonly follower: Watcher;
  readonly followed: Map<UserId, number>;
}

async function answer(
  request: IndexRequest,
  asker: Asker,
  watcher: Watcher,
  dependencies: IndexServiceDependencies,
): Promise<IndexReply> {
  if (isExchange(request)) return await answerExchange(request, asker, dependencies);
  const { id, kind } = request;
  if (!dependencies.rates.allow(asker.peer, DEAR.has(kind) ? "dear" : "cheap")) return refused(id, "rate");
  return await answerBasic(request, asker, watcher, dependencies);
}

/** What version 1 had, and who is there. */
async function answerBasic(
  request: Exclude<IndexRequest, ExchangeRequest>,
  asker: Asker,
  watcher: Watcher,
  dependencies: IndexServiceDependencies,
): Promise<IndexReply> {
  const { id } = request;
  switch (request.kind) {
    case "put":
    case "keep":
      return keep(request, asker, dependencies);
    case "find":
      return findUser(id, userIdFromKey(request.user), dependencies);
    case "find-device":
      return findDevice(id, deviceIdFromKey(request.device), dependencies);
    case "watch":
      watch(request.users.map(userIdFromKey), watcher, dependencies);
      return { kind: "done", id };
    case "turn": {
      const credentials = dependencies.turn(asker.peer);
      return credentials === undefined ? refused(id, "unavailable") : { kind: "turn", id, ...credentials };
    }
    case "neighbours": {
      const notice = asker.version === 1 ? undefined : dependencies.notice();
      return { kind: "ads", id, ads: [...dependencies.ads().slice(0, MAX_ADS)], notice };
    }
    case "announce":
      return announce(request, asker, dependencies);
    case "left":
      dependencies.departures.left(deviceIdFromKey(request.device), asker.peer, request.sequence);
      return { kind: "done", id };
    case "join":
      return dependencies.onJoin(request, asker.connection);
    case "here": {
      const ad = dependencies.leaving();
      return ad === undefined ? { kind: "done", id } : { kind: "ads", id, ads: [ad] };
    }
  }
}

async function findUser(id: number, user: UserId, { presences, store }: IndexServiceDependencies): Promise<IndexReply> {
  await store.seekUser(user);
  return records(
    id,
    presences.ofUser(user).map((each) => each.bytes),
  );
}

async function findDevice(
  id: number,
  device: DeviceId,
  { presences, store }: IndexServiceDependencies,
): Promise<IndexReply> {
  await store.seekDevice(device);
  const found = presences.ofDevice(device);
  return records(id, found === undefined ? [] : [found.bytes]);
}

/** From then on it is a supernode on this stream. */
function announce(
  { ad, id }: Extract<IndexRequest, { readonly kind: "announce" }>,
  asker: Asker,
  { clock, onAd }: IndexServiceDependencies,
): IndexReply {
  const checked = verifyAd(ad, clock.now());
  if (!checked.ok || checked.value.supernode !== asker.peer) return refused(id, "invalid");
  onAd(checked.value, asker.as === "supernode" ? "again" : "first");
  asker.as = "supernode";
  return { kind: "done", id };
}

function records(id: number, found: readonly Uint8Array[]): IndexReply {
  return { kind: "records", id, records: found.slice(0, MAX_DEVICES_OF_USER) };
}

async function keep(
  request: Extract<IndexRequest, { readonly kind: "put" | "keep" }>,
  from: Asker,
  { gate, store }: IndexServiceDependencies,
): Promise<IndexReply> {
  const { id, kind } = request;
  const { outcome, record } = gate.presence(request.presence, from);
  if (record === undefined) return refused(id, refusalOf(outcome));
  if (kind === "put") await store.spread(record);
  return { kind: "done", id };
}

/** What is known now is pushed at once; what has to be looked up follows as it is found (the book tells). */
function watch(users: readonly UserId[], watcher: Watcher, dependencies: IndexServiceDependencies): void {
  const { departures, presences, store, watchers } = dependencies;
  watchers.watch(watcher, users);
  dependencies.follow(users);
  const unknown: UserId[] = [];
  for (const user of users) {
    const known = presences.ofUser(user);
    if (known.length === 0) unknown.push(user);
    for (const presence of known) {
      watcher.push(presencePush(presence));
      const departure = departures.of(presence.device);
      if (departure !== undefined) watcher.push(gonePush(departure));
    }
  }
  const seekAll = async (): Promise<void> => {
    for (const user of unknown) await store.seekUser(user);
  };
  seekAll().catch(() => {});
}
