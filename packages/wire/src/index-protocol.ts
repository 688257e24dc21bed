import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { MAX_DURABLE_BYTES, MAX_DURABLES_OF_USER } from "./durable.ts";
import { bytesUpTo, counter, key, line, listUpTo, time } from "./fields.ts";
import {
  type ExchangeReply,
  type ExchangeRequest,
  isExchange,
  MAX_FOLLOWED_USERS,
  MAX_GOSSIPED_ADS,
  MAX_OFFERED_RECORDS,
  MAX_ROSTER_ADS,
  MAX_STORED_RECORDS,
} from "./index-exchange.ts";
import { MAX_AD_BYTES, MAX_ADS, MAX_PRESENCE_BYTES } from "./records.ts";
import { MAX_VERSION_NOTICE_BYTES } from "./version-notice.ts";

/** Protocol between a node and a supernode, and between supernodes; docs/spec/p2p.md. */
export const INDEX_PROTOCOL = "/skein/index/2";

/** The same as builds before 0.2 speak it: without the kinds marked "since 2", whose frames they cannot read. */
export const INDEX_PROTOCOL_1 = "/skein/index/1";

/** Most users one leaf watches at one supernode. */
export const MAX_WATCHED_USERS = 256;

/** Most devices of one user that the index remembers. */
export const MAX_DEVICES_OF_USER = 8;

const request = { id: counter };

/** What the one who opened the stream asks. `id` is its own and comes back in the reply; one reply each. */
export type IndexRequest =
  /** Keep this signed presence, and make it known to the whole index. */
  | { readonly kind: "put"; readonly id: number; readonly presence: Uint8Array }
  /** Keep this signed presence here only: the home supernode makes it known. */
  | { readonly kind: "keep"; readonly id: number; readonly presence: Uint8Array }
  /** Which devices of this user are known, and where are they? */
  | { readonly kind: "find"; readonly id: number; readonly user: Uint8Array }
  /** Where is this device? */
  | { readonly kind: "find-device"; readonly id: number; readonly device: Uint8Array }
  /** Push changes of these users from now on; replaces the set before it. */
  | { readonly kind: "watch"; readonly id: number; readonly users: Uint8Array[] }
  /** Relay credentials for one call. */
  | { readonly kind: "turn"; readonly id: number }
  /** Other supernodes. */
  | { readonly kind: "neighbours"; readonly id: number }
  /** Supernode to supernode: this is who I am. */
  | { readonly kind: "announce"; readonly id: number; readonly ad: Uint8Array }
  /** Supernode to supernode: this device's connection to me went away. */
  | { readonly kind: "left"; readonly id: number; readonly device: Uint8Array; readonly sequence: number }
  /** Since 2. Who is asking: the first request of a stream, and again when something of it changed. */
  | {
      readonly kind: "join";
      readonly id: number;
      /** `leaf`: wants a relay slot. `node`: uses the network without one, e.g. one that might serve itself. */
      readonly as: "leaf" | "node";
      /** Whether this supernode is its home. */
      readonly home: "yes" | "no";
      /** Whether it would serve, were it needed. */
      readonly candidate: "yes" | "no";
    }
  /** Since 2. The answer to a pushed `ping`, or a question for a sign of life. With `id` 0 it is answered only by one that leaves. */
  | { readonly kind: "here"; readonly id: number }
  /** Since 2. */
  | ExchangeRequest;

/** Whether a request came with version 2: it is not sent on {@link INDEX_PROTOCOL_1}, where it could not be read. */
export function isSince2(request: Pick<IndexRequest, "kind">): boolean {
  return request.kind === "join" || request.kind === "here" || isExchange(request);
}

const durable = bytesUpTo(MAX_DURABLE_BYTES);
const yesNo = v.picklist(["yes", "no"]);

/** Format of {@link IndexRequest}. */
export const indexRequest: Format<IndexRequest> = defineFormat(
  "index-request",
  MAX_WATCHED_USERS * 34 + 64,
  v.variant("kind", [
    v.object({ kind: v.literal("put"), ...request, presence: bytesUpTo(MAX_PRESENCE_BYTES) }),
    v.object({ kind: v.literal("keep"), ...request, presence: bytesUpTo(MAX_PRESENCE_BYTES) }),
    v.object({ kind: v.literal("find"), ...request, user: key }),
    v.object({ kind: v.literal("find-device"), ...request, device: key }),
    v.object({ kind: v.literal("watch"), ...request, users: listUpTo(key, MAX_WATCHED_USERS) }),
    v.object({ kind: v.literal("turn"), ...request }),
    v.object({ kind: v.literal("neighbours"), ...request }),
    v.object({ kind: v.literal("announce"), ...request, ad: bytesUpTo(MAX_AD_BYTES) }),
    v.object({ kind: v.literal("left"), ...request, device: key, sequence: counter }),
    v.object({
      kind: v.literal("join"),
      ...request,
      as: v.picklist(["leaf", "node"]),
      home: yesNo,
      candidate: yesNo,
    }),
    v.object({ kind: v.literal("here"), ...request }),
    v.object({ kind: v.literal("put-durable"), ...request, record: durable }),
    v.object({ kind: v.literal("find-durable"), ...request, user: key }),
    v.object({
      kind: v.literal("store"),
      ...request,
      presences: listUpTo(bytesUpTo(MAX_PRESENCE_BYTES), MAX_STORED_RECORDS),
      durables: listUpTo(durable, MAX_STORED_RECORDS),
    }),
    v.object({ kind: v.literal("fetch"), ...request, of: v.picklist(["user", "device", "durable"]), key }),
    v.object({
      kind: v.literal("offer"),
      ...request,
      of: v.picklist(["presence", "device-list", "mailbox-hint"]),
      items: listUpTo(v.object({ key, sequence: counter }), MAX_OFFERED_RECORDS),
    }),
    v.object({ kind: v.literal("follow"), ...request, users: listUpTo(key, MAX_FOLLOWED_USERS) }),
    v.object({ kind: v.literal("roster"), ...request, after: v.optional(key) }),
    v.object({ kind: v.literal("gossip"), ...request, ads: listUpTo(bytesUpTo(MAX_AD_BYTES), MAX_GOSSIPED_ADS) }),
  ]),
);

/**
 * Why a request was refused. `invalid`: a signature or field does not hold; `old`: a newer record is known; `rate`: too many
 * requests, wait; `full`: no room; `unavailable`: this supernode does not offer it, or not now; `busy` (since 2): newcomers
 * have to wait.
 */
export type IndexRefusal = "invalid" | "old" | "rate" | "full" | "unavailable" | "busy";

/** What a supernode answers, or pushes to one who watches. */
export type IndexReply =
  | { readonly kind: "done"; readonly id: number }
  | {
      readonly kind: "refused";
      readonly id: number;
      readonly reason: IndexRefusal;
      /** Since 2: come again after so long, ms, and use others until then. */
      readonly retryAfterMs?: number | undefined;
    }
  /** Signed presence records, newest of each device. */
  | { readonly kind: "records"; readonly id: number; readonly records: Uint8Array[] }
  /** Credentials of this supernode's STUN/TURN server (RFC 8489, RFC 8656). */
  | {
      readonly kind: "turn";
      readonly id: number;
      readonly urls: string[];
      readonly username: string;
      readonly credential: string;
      readonly expiresAt: number;
    }
  /** Signed supernode ads; since 2 also the newest version notice it knows. */
  | {
      readonly kind: "ads";
      readonly id: number;
      readonly ads: Uint8Array[];
      readonly notice?: Uint8Array | undefined;
    }
  /** Since 2: you are in. `observed` is the IP address the supernode sees. */
  | { readonly kind: "joined"; readonly id: number; readonly observed: string }
  /** Pushed: a watched user's device said something new. */
  | { readonly kind: "presence"; readonly record: Uint8Array }
  /** Pushed, a hint and not signed by the device: the connection of a watched user's device went away. */
  | {
      readonly kind: "gone";
      readonly user: Uint8Array;
      readonly device: Uint8Array;
      /** The presence that stopped being true; a newer one stands. */
      readonly sequence: number;
      readonly at: number;
    }
  /** Pushed, since 2: say `here`, or be taken for gone. */
  | { readonly kind: "ping" }
  /** Since 2. */
  | ExchangeReply;

/** Format of {@link IndexReply}. */
export const indexReply: Format<IndexReply> = defineFormat(
  "index-reply",
  Math.max(MAX_ADS * (MAX_AD_BYTES + 8), MAX_DEVICES_OF_USER * (MAX_PRESENCE_BYTES + 8)) +
    MAX_VERSION_NOTICE_BYTES +
    64,
  v.variant("kind", [
    v.object({ kind: v.literal("done"), ...request }),
    v.object({
      kind: v.literal("refused"),
      ...request,
      reason: v.picklist(["invalid", "old", "rate", "full", "unavailable", "busy"]),
      retryAfterMs: v.optional(counter),
    }),
    v.object({
      kind: v.literal("records"),
      ...request,
      records: listUpTo(bytesUpTo(MAX_PRESENCE_BYTES), MAX_DEVICES_OF_USER),
    }),
    v.object({
      kind: v.literal("turn"),
      ...request,
      urls: listUpTo(line(256), 8),
      username: line(256),
      credential: line(256),
      expiresAt: time,
    }),
    v.object({
      kind: v.literal("ads"),
      ...request,
      ads: listUpTo(bytesUpTo(MAX_AD_BYTES), MAX_ADS),
      notice: v.optional(bytesUpTo(MAX_VERSION_NOTICE_BYTES)),
    }),
    v.object({ kind: v.literal("joined"), ...request, observed: line(64) }),
    v.object({ kind: v.literal("presence"), record: bytesUpTo(MAX_PRESENCE_BYTES) }),
    v.object({ kind: v.literal("gone"), user: key, device: key, sequence: counter, at: time }),
    v.object({ kind: v.literal("ping") }),
    v.object({ kind: v.literal("durables"), ...request, records: listUpTo(durable, MAX_DURABLES_OF_USER) }),
    v.object({ kind: v.literal("wanted"), ...request, keys: listUpTo(key, MAX_OFFERED_RECORDS) }),
    v.object({
      kind: v.literal("roster"),
      ...request,
      ads: listUpTo(bytesUpTo(MAX_AD_BYTES), MAX_ROSTER_ADS),
      next: v.optional(key),
    }),
  ]),
);

/** The devices of one user, as the index keeps them: signed device certificates. */
export interface DeviceSet {
  readonly certificates: Uint8Array[];
}

/** Format of {@link DeviceSet}. */
export const deviceSet: Format<DeviceSet> = defineFormat(
  "device-set",
  MAX_DEVICES_OF_USER * 520 + 32,
  v.object({ certificates: listUpTo(bytesUpTo(512), MAX_DEVICES_OF_USER) }),
);
