import { deviceIdFromKey, type UserId, userIdFromKey } from "@skein/core";
import {
  type ExchangeRequest,
  type IndexRefusal,
  type IndexReply,
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
  const { id } = request;
  const { cost, count } = priceOf(request);
  for (let paid = 0; paid < count; paid += 1) if (!rates.allow(asker.peer, cost)) return refused(id, "rate");
  if (request.kind === "put-durable") {
    const { outcome, record } = gate.durable(request.record, asker);
    if (record === undefined) return refused(id, refusalOf(outcome));
    await store.spreadDurable(record);
    return { kind: "done", id };
  }
  if (request.kind === "find-durable") {
    const user = userIdFromKey(request.user);
    await store.seekDurable(user);
    return durablesOf(id, user, durables);
  }
  // All others are between supernodes.
  return asker.as === "supernode" ? answerSupernode(request, asker, dependencies) : refused(id, "unavailable");
}

function priceOf(request: ExchangeRequest): { readonly cost: "cheap" | "dear" | "record"; readonly count: number } {
  switch (request.kind) {
    case "put-durable":
      return { cost: "dear", count: 1 };
    case "store":
      return { cost: "record", count: request.presences.length + request.durables.length };
    case "fetch":
      return { cost: "record", count: 1 };
    default:
      return { cost: "cheap", count: 1 };
  }
}

function answerSupernode(
  request: Exclude<ExchangeRequest, { readonly kind: "put-durable" | "find-durable" }>,
  asker: Asker,
  dependencies: ExchangeDependencies,
): IndexReply {
  const { gate, gossip } = dependencies;
  const { id } = request;
  switch (request.kind) {
    case "store":
      // One that does not hold is counted and costs its bringer's allowance; the others are kept.
      for (const bytes of request.presences) gate.presence(bytes, asker);
      for (const bytes of request.durables) gate.durable(bytes, asker);
      return { kind: "done", id };
    case "fetch":
      return fetchHere(request, dependencies);
    case "offer":
      return { kind: "wanted", id, keys: lacking(request, dependencies) };
    case "follow":
      return follow(request, asker, dependencies);
    case "roster":
      return { kind: "roster", id, ...gossip.page(request.after) };
    case "gossip":
      gossip.heard(request.ads, asker.peer);
      return { kind: "done", id };
  }
}

function fetchHere(
  { id, key, of }: Extract<ExchangeRequest, { readonly kind: "fetch" }>,
  { durables, presences }: ExchangeDependencies,
): IndexReply {
  if (of === "durable") return durablesOf(id, userIdFromKey(key), durables);
  const found =
    of === "user"
      ? presences.ofUser(userIdFromKey(key))
      : [presences.ofDevice(deviceIdFromKey(key))].filter((each) => each !== undefined);
  return { kind: "records", id, records: found.slice(0, MAX_DEVICES_OF_USER).map(({ bytes }) => bytes) };
}

/** Keys of the offered records that we have not, or have older. */
function lacking(
  { items, of }: Extract<ExchangeRequest, { readonly kind: "offer" }>,
  { durables, presences }: ExchangeDependencies,
): Uint8Array[] {
  const sequenceOf = (key: Uint8Array): number | undefined =>
    of === "presence" ? presences.ofDevice(deviceIdFromKey(key))?.sequence : durables.sequenceOf(of, key);
  return items.filter(({ key, sequence }) => (sequenceOf(key) ?? -1) < sequence).map(({ key }) => key);
}

function follow(
  { id, users }: Extract<ExchangeRequest, { readonly kind: "follow" }>,
  { followed, follower }: Asker,
  { now, watchers }: ExchangeDependencies,
): IndexReply {
  for (const [user, until] of followed) if (until <= now()) followed.delete(user);
  if (followed.size + users.length > MAX_FOLLOWED) return refused(id, "full");
  for (const user of users.map(userIdFromKey)) followed.set(user, now() + FOLLOW_MS);
  watchers.watch(follower, [...followed.keys()]);
  return { kind: "done", id };
}

function durablesOf(id: number, user: UserId, durables: DurableBook): IndexReply {
  const records = durables.ofUser(user).slice(0, MAX_DURABLES_OF_USER);
  return { kind: "durables", id, records: records.map(({ bytes }) => bytes) };
}
