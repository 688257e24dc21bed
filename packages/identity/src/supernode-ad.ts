import { type DeviceId, deviceIdFromKey, type UserId, userIdFromKey } from "@skein/core";
import {
  type AdPayload,
  adPayload,
  MAX_AD_BYTES,
  MAX_ADS,
  type Parsed,
  type ServingReport,
  supernodeListPayload,
} from "@skein/wire";
import type { KeyPair } from "./keys.ts";
import { lifetimeFault, openRecord, refuse, signRecord } from "./record.ts";

/** Longest life of a supernode ad or list: 2 hours. */
export const MAX_AD_LIFETIME_MS: number = 2 * 3_600_000;

/** What a supernode says of itself, checked. Build and load are its own word and prove nothing. */
export interface SupernodeAd {
  readonly supernode: DeviceId;
  readonly addresses: readonly string[];
  readonly build: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly loadPct: number;
  readonly freeSlots: number;
  /** How its service goes; missing from builds before 0.2. */
  readonly serving?: ServingReport | undefined;
  /** The signed record. */
  readonly bytes: Uint8Array;
}

/** What a page's host says: first supernodes, and the central server if there is one. */
export interface SupernodeList {
  /** The host's key; a page remembers it and notices a change. */
  readonly host: UserId;
  readonly ads: readonly SupernodeAd[];
  readonly central?: string;
  readonly expiresAt: number;
  /** The signed record. */
  readonly bytes: Uint8Array;
}

/** Signs an ad that lives {@link MAX_AD_LIFETIME_MS}. */
export function signAd(
  statement: Pick<SupernodeAd, "addresses" | "build" | "issuedAt" | "loadPct" | "freeSlots" | "serving">,
  supernode: KeyPair,
): Uint8Array {
  const payload: AdPayload = {
    v: 1,
    addresses: [...statement.addresses],
    build: statement.build,
    issuedAt: statement.issuedAt,
    expiresAt: statement.issuedAt + MAX_AD_LIFETIME_MS,
    loadPct: statement.loadPct,
    freeSlots: statement.freeSlots,
    serving: statement.serving,
  };
  return signRecord("supernode-ad", adPayload, payload, supernode);
}

/** Reads and checks an ad at `now` (ms). */
export function verifyAd(bytes: Uint8Array, now: number): Parsed<SupernodeAd> {
  const ad = recallAd(bytes, now);
  return ad.ok && ad.value.expiresAt <= now ? refuse("supernode-ad: it has expired") : ad;
}

/** Reads an ad that was kept and may have expired by `now` (ms): it still says where a supernode once was, and nothing more. */
export function recallAd(bytes: Uint8Array, now: number): Parsed<SupernodeAd> {
  const record = openRecord("supernode-ad", adPayload, bytes, MAX_AD_BYTES);
  if (!record.ok) return record;
  const { key, payload } = record.value;
  const fault = lifetimeFault(payload, Math.min(now, payload.expiresAt - 1), MAX_AD_LIFETIME_MS);
  if (fault !== undefined) return refuse(`supernode-ad: ${fault}`);
  const { v: _, ...fields } = payload;
  return { ok: true, value: { supernode: deviceIdFromKey(key), ...fields, bytes } };
}

/** Signs a list of ads, at most {@link MAX_ADS}, with the host's key. */
export function signList(
  content: { readonly ads: readonly Uint8Array[]; readonly central?: string; readonly issuedAt: number },
  host: KeyPair,
): Uint8Array {
  const payload = {
    v: 1,
    issuedAt: content.issuedAt,
    expiresAt: content.issuedAt + MAX_AD_LIFETIME_MS,
    ads: content.ads.slice(0, MAX_ADS),
    central: content.central,
  } as const;
  return signRecord("supernode-list", supernodeListPayload, payload, host);
}

/** Reads and checks a list at `now` (ms); ads in it that do not hold are left out. */
export function verifyList(bytes: Uint8Array, now: number): Parsed<SupernodeList> {
  const record = openRecord("supernode-list", supernodeListPayload, bytes, supernodeListPayload.maxBytes + 160);
  if (!record.ok) return record;
  const { key, payload } = record.value;
  const fault = lifetimeFault(payload, now, MAX_AD_LIFETIME_MS);
  if (fault !== undefined) return refuse(`supernode-list: ${fault}`);
  const ads = payload.ads.map((ad) => verifyAd(ad, now)).flatMap((ad) => (ad.ok ? [ad.value] : []));
  const central = payload.central === undefined ? {} : { central: payload.central };
  return { ok: true, value: { host: userIdFromKey(key), ads, ...central, expiresAt: payload.expiresAt, bytes } };
}
