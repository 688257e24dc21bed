/** What of the index protocol came with version 2: durable records, and what supernodes tell each other. */

/** Most records in one `store`. */
export const MAX_STORED_RECORDS = 8;
/** Most entries in one `offer`. */
export const MAX_OFFERED_RECORDS = 120;
/** Most users in one `follow`. */
export const MAX_FOLLOWED_USERS = 256;
/** Most ads in one `gossip`, and in one page of the roster; a page also fits the frame. */
export const MAX_GOSSIPED_ADS = 4;
/** See {@link MAX_GOSSIPED_ADS}. */
export const MAX_ROSTER_ADS = 40;

/** What may be offered, and by whose key: a presence by its device, a list by its user, a hint by its device. */
export type OfferedKind = "presence" | "device-list" | "mailbox-hint";

/** Requests. */
export type ExchangeRequest =
  /** Keep this durable record, and make it known to the whole index. */
  | { readonly kind: "put-durable"; readonly id: number; readonly record: Uint8Array }
  /** What is kept of this user for the time they are away? */
  | { readonly kind: "find-durable"; readonly id: number; readonly user: Uint8Array }
  /** Supernode to supernode, as all below: you are a holder of these records. */
  | { readonly kind: "store"; readonly id: number; readonly presences: Uint8Array[]; readonly durables: Uint8Array[] }
  /** What do you yourself hold? Asks nobody else. */
  | {
      readonly kind: "fetch";
      readonly id: number;
      readonly of: "user" | "device" | "durable";
      readonly key: Uint8Array;
    }
  /** Which of these records do you lack, or have older? */
  | {
      readonly kind: "offer";
      readonly id: number;
      readonly of: OfferedKind;
      readonly items: { readonly key: Uint8Array; readonly sequence: number }[];
    }
  /** Push changes of these users too, for the next minutes. */
  | { readonly kind: "follow"; readonly id: number; readonly users: Uint8Array[] }
  /** The supernodes you know, those after this key. */
  | { readonly kind: "roster"; readonly id: number; readonly after?: Uint8Array | undefined }
  /** News of supernodes. */
  | { readonly kind: "gossip"; readonly id: number; readonly ads: Uint8Array[] };

/** Every kind of them; a kind that is missing here does not compile. */
const EXCHANGE_KINDS: Readonly<Record<ExchangeRequest["kind"], true>> = {
  "put-durable": true,
  "find-durable": true,
  store: true,
  fetch: true,
  offer: true,
  follow: true,
  roster: true,
  gossip: true,
};

/** Whether a request is about durable records, or between supernodes. */
export function isExchange<Request extends { readonly kind: string }>(
  request: Request,
): request is Extract<Request, { readonly kind: ExchangeRequest["kind"] }> {
  return Object.hasOwn(EXCHANGE_KINDS, request.kind);
}

/** Replies. */
export type ExchangeReply =
  /** Signed durable records, newest of each. */
  | { readonly kind: "durables"; readonly id: number; readonly records: Uint8Array[] }
  /** Keys of the offered records that are wanted. */
  | { readonly kind: "wanted"; readonly id: number; readonly keys: Uint8Array[] }
  /** A page of signed ads; `next`: present when more follow, goes into `after`. */
  | {
      readonly kind: "roster";
      readonly id: number;
      readonly ads: Uint8Array[];
      readonly next?: Uint8Array | undefined;
    };
