import { deviceIdFromKey, type UserId, userIdFromKey } from "@skein/core";
import {
  type ExchangeRequest,
  type IndexRefusal,
  type IndexReply,
  type IndexRequest,
  MAX_DEVICES_OF_USER,
  MAX_DURABLES_OF_USER,
} from "@skein/wire";
import type { DurableBook } from "./durable-book.ts";
import type { Asker } from "./index-service.ts";
import type { IndexStore } from "./index-store.ts";
import { FOLLOW_MS, MAX_FOLLOWED } from "./limits.ts";
import type { PresenceBook } from "./presence-book.ts";
import type { Admission, RecordGate } from "./record-gate.ts";
import type { RequestRates } from "./request-rates.ts";
import type { RosterGossip } from "./roster-gossip.ts";
import type { Watchers } from "./watchers.ts";

/** What the requests of version 2 are answered from. */
export interface ExchangeDependencies {
  readonly presences: PresenceBook;
  readonly durables: DurableBook;
  readonly gate: RecordGate;
  readonly gossip: RosterGossip;
  readonly rates: RequestRates;
  readonly store: IndexStore;
  readonly watchers: Watchers;
  readonly now: () => number;
  /** Leaves here watch these users from now on. */
  readonly follow: (users: readonly UserId[]) => void;
}

const KINDS: ReadonlySet<string> = new Set<ExchangeRequest["kind"]>([
  "put-durable",
  "find-durable",
  "store",
  "fetch",
  "offer",
  "follow",
  "roster",
  "gossip",
]);

/** Whether a request is about durable records, or between supernodes. */
export function isExchange(request: IndexRequest): request is ExchangeRequest {
  return KINDS.has(request.kind);
}

/** A refusal. */
export function refused(id: number, reason: IndexRefusal): IndexReply {
  return { kind: "refused", id, reason };
}

/** What a refused record is called on the wire. */
export function refusalOf(outcome: Admission<unknown>["outcome"]): IndexRefusal {
  if (outcome === "full") return "full";
  if (outcome === "quota") return "rate";
  return outcome === "old" || outcome === "conflict" ? "old" : "invalid";
}

/** Answers one request. A record costs one of the peer's allowance, however many come at once. */
export async function answerExchange(
  request: ExchangeRequest,
  asker: Asker,
  dependencies: ExchangeDependencies,
): Promise<IndexReply> {
  const { durables, gate, rates, store } = dependencies;
  const { id, kind } = request;
  const { as, peer } = asker;
  if (kind === "put-durable") {
    if (!rates.allow(peer, "dear")) return refused(id, "rate");
    const { outcome, record } = gate.durable(request.record, asker);
    if (record === undefined) return refused(id, refusalOf(outcome));
    await store.spreadDurable(record);
    return { kind: "done", id };
  }
  if (kind === "store") {
    const records = request.presences.length + request.durables.length;
    for (let count = 0; count < records; count += 1) if (!rates.allow(peer, "record")) return refused(id, "rate");
  } else if (!rates.allow(peer, kind === "fetch" ? "record" : "cheap")) return refused(id, "rate");
  if (kind === "find-durable") {
    const user = userIdFromKey(request.user);
    await store.seekDurable(user);
    return durablesOf(id, user, durables);
  }
  // All others are between supernodes.
  return as === "supernode" ? answerSupernode(request, asker, dependencies) : refused(id, "unavailable");
}

function answerSupernode(
  request: Exclude<ExchangeRequest, { readonly kind: "put-durable" | "find-durable" }>,
  asker: Asker,
  { durables, gate, gossip, now, presences, watchers }: ExchangeDependencies,
): IndexReply {
  const { id } = request;
  switch (request.kind) {
    case "store":
      // One that does not hold is counted and costs its bringer's allowance; the others are kept.
      for (const bytes of request.presences) gate.presence(bytes, asker);
      for (const bytes of request.durables) gate.durable(bytes, asker);
      return { kind: "done", id };
    case "fetch": {
      if (request.of === "durable") return durablesOf(id, userIdFromKey(request.key), durables);
      const found =
        request.of === "user"
          ? presences.ofUser(userIdFromKey(request.key))
          : [presences.ofDevice(deviceIdFromKey(request.key))].filter((each) => each !== undefined);
      return { kind: "records", id, records: found.slice(0, MAX_DEVICES_OF_USER).map(({ bytes }) => bytes) };
    }
    case "offer": {
      const sequenceOf = (key: Uint8Array): number | undefined => {
        if (request.of === "presence") return presences.ofDevice(deviceIdFromKey(key))?.sequence;
        return durables.sequenceOf(request.of, key);
      };
      const wanted = request.items.filter(({ key, sequence }) => (sequenceOf(key) ?? -1) < sequence);
      return { kind: "wanted", id, keys: wanted.map(({ key }) => key) };
    }
    case "follow": {
      const { followed, follower } = asker;
      for (const [user, until] of followed) if (until <= now()) followed.delete(user);
      for (const user of request.users.map(userIdFromKey)) followed.set(user, now() + FOLLOW_MS);
      if (followed.size > MAX_FOLLOWED) return refused(id, "full");
      watchers.watch(follower, [...followed.keys()]);
      return { kind: "done", id };
    }
    case "roster":
      return { kind: "roster", id, ...gossip.page(request.after) };
    case "gossip":
      gossip.heard(request.ads, asker.peer);
      return { kind: "done", id };
  }
}

function durablesOf(id: number, user: UserId, durables: DurableBook): IndexReply {
  const records = durables.ofUser(user).slice(0, MAX_DURABLES_OF_USER);
  return { kind: "durables", id, records: records.map(({ bytes }) => bytes) };
}
