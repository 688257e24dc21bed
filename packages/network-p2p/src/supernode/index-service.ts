import type { Connection, Stream } from "@libp2p/interface";
import { type Clock, type DeviceId, deviceIdFromKey, type Report, type UserId, userIdFromKey } from "@skein/core";
import { verifyAd, verifyPresence } from "@skein/identity";
import {
  INDEX_PROTOCOL_1,
  type IndexRefusal,
  type IndexReply,
  type IndexRequest,
  indexReply,
  indexRequest,
  MAX_ADS,
  MAX_DEVICES_OF_USER,
} from "@skein/wire";
import { openFrames } from "../frames.ts";
import { deviceOf } from "../peer-id.ts";
import { MAX_INDEX_FRAME_BYTES } from "../specification.ts";
import type { Departures } from "./departures.ts";
import type { IndexStore } from "./index-store.ts";
import { watchLiveness } from "./liveness.ts";
import type { PresenceBook } from "./presence-book.ts";
import type { RequestRates } from "./request-rates.ts";
import { gonePush, presencePush, type Watcher, type Watchers } from "./watchers.ts";

/** The request that says who is asking. */
export type JoinRequest = Extract<IndexRequest, { readonly kind: "join" }>;

/** What the service answers from. */
export interface IndexServiceDependencies {
  readonly clock: Clock;
  readonly report: Report;
  readonly presences: PresenceBook;
  readonly store: IndexStore;
  readonly departures: Departures;
  readonly watchers: Watchers;
  readonly rates: RequestRates;
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
  /** A supernode at this connection says who it is. */
  readonly onAd: (ad: Uint8Array) => void;
  /** Fresh relay credentials for a peer, if there is a relay. */
  readonly turn: (peer: DeviceId) => Omit<Extract<IndexReply, { readonly kind: "turn" }>, "kind" | "id"> | undefined;
}

/** Answers a peer asks that cannot be sent while so many bytes wait are given up, and the stream with them. */
const MAX_UNSENT_BYTES: number = 256 * 1024;

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
    if (stream.writeBufferLength > MAX_UNSENT_BYTES) frames.abort("it does not read what it asked for");
    else frames.send(indexReply.encode(reply)).catch(() => {});
  };
  const watcher: Watcher = { push: say };
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
      answer(request.value, { peer, connection, version }, watcher, dependencies).then(say, () =>
        say(refused(request.value.id, "unavailable")),
      );
    }
  } catch {
    // The stream was reset: the peer is gone.
  } finally {
    liveness.stop();
    dependencies.pings.delete(pingNow);
    watchers.watch(watcher, []);
    await frames.end();
  }
}

/** Whether a peer that speaks version 1 can read this. */
function spokenIn1(reply: IndexReply): boolean {
  return reply.kind !== "ping" && reply.kind !== "joined" && !(reply.kind === "refused" && reply.reason === "busy");
}

function refused(id: number, reason: IndexRefusal): IndexReply {
  return { kind: "refused", id, reason };
}

const DEAR: ReadonlySet<IndexRequest["kind"]> = new Set(["put", "announce", "turn"]);

/** Who asks. */
interface Asker {
  readonly peer: DeviceId;
  readonly connection: Connection;
  readonly version: 1 | 2;
}

async function answer(
  request: IndexRequest,
  { peer, connection, version }: Asker,
  watcher: Watcher,
  dependencies: IndexServiceDependencies,
): Promise<IndexReply> {
  const { departures, presences, rates, store } = dependencies;
  const { id, kind } = request;
  if (!rates.allow(peer, DEAR.has(kind) ? "dear" : "cheap")) return refused(id, "rate");
  switch (request.kind) {
    case "put":
    case "keep":
      return keep(request, dependencies);
    case "find": {
      const user = userIdFromKey(request.user);
      await store.seekUser(user);
      return records(
        id,
        presences.ofUser(user).map((each) => each.bytes),
      );
    }
    case "find-device": {
      const device = deviceIdFromKey(request.device);
      await store.seekDevice(device);
      const found = presences.ofDevice(device);
      return records(id, found === undefined ? [] : [found.bytes]);
    }
    case "watch":
      watch(request.users.map(userIdFromKey), watcher, dependencies);
      return { kind: "done", id };
    case "turn": {
      const credentials = dependencies.turn(peer);
      return credentials === undefined ? refused(id, "unavailable") : { kind: "turn", id, ...credentials };
    }
    case "neighbours": {
      const notice = version === 1 ? undefined : dependencies.notice();
      return { kind: "ads", id, ads: [...dependencies.ads().slice(0, MAX_ADS)], notice };
    }
    case "announce": {
      const ad = verifyAd(request.ad, dependencies.clock.now());
      if (!ad.ok || ad.value.supernode !== peer) return refused(id, "invalid");
      dependencies.onAd(request.ad);
      return { kind: "done", id };
    }
    case "left":
      departures.left(deviceIdFromKey(request.device), peer, request.sequence);
      return { kind: "done", id };
    case "join":
      return dependencies.onJoin(request, connection);
    case "here": {
      const ad = dependencies.leaving();
      return ad === undefined ? { kind: "done", id } : { kind: "ads", id, ads: [ad] };
    }
  }
}

function records(id: number, found: readonly Uint8Array[]): IndexReply {
  return { kind: "records", id, records: found.slice(0, MAX_DEVICES_OF_USER) };
}

async function keep(
  request: Extract<IndexRequest, { readonly kind: "put" | "keep" }>,
  { clock, presences, report, store }: IndexServiceDependencies,
): Promise<IndexReply> {
  const { id, kind } = request;
  const presence = verifyPresence(request.presence, clock.now());
  if (!presence.ok) {
    report({ name: "record.refused", reason: presence.reason });
    return refused(id, "invalid");
  }
  const acceptance = presences.accept(presence.value);
  if (acceptance === "full") return refused(id, "full");
  if (acceptance === "old" || acceptance === "conflict") return refused(id, "old");
  if (kind === "put") await store.spread(presence.value);
  return { kind: "done", id };
}

/** What is known now is pushed at once; what has to be looked up follows as it is found (the book tells). */
function watch(users: readonly UserId[], watcher: Watcher, dependencies: IndexServiceDependencies): void {
  const { departures, presences, store, watchers } = dependencies;
  watchers.watch(watcher, users);
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
