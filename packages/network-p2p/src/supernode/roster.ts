import { type DeviceId, deviceIdFromKey } from "@skein/core";
import { type SupernodeAd, verifyAd } from "@skein/identity";
import { signedEnvelope } from "@skein/wire";
import { equals } from "uint8arrays/equals";
import { neighbourhoodOf } from "../addresses.ts";
import { FRESH_AD_MS, MAX_ROSTER, SUSPECT_FIRST_RETRY_MS, SUSPECT_LONGEST_RETRY_MS } from "./limits.ts";
import type { Member } from "./rendezvous.ts";

/** What an ad was to us. `back`: a supernode that was suspected says something new. */
export type Learned = "new" | "back" | "newer" | "known" | "full";

/** Every other supernode we know of, by its signed ad, and what we think of it. */
export interface Roster {
  /** Those that are known, suspects included. */
  readonly size: number;
  /** Those that records are placed on, without us; the same list until something changes. */
  readonly members: readonly Member[];
  /** Reads an ad from the wire and checks it; `undefined` when it does not hold. What is known is not checked again. */
  read(bytes: Uint8Array): SupernodeAd | undefined;
  /** Takes a checked ad. */
  add(ad: SupernodeAd): Learned;
  adOf(supernode: DeviceId): SupernodeAd | undefined;
  /** A stream to or from it is open. */
  met(supernode: DeviceId): void;
  /** A stream to or from it ended, or could not be opened: while none is open it is suspected, and left out. */
  lost(supernode: DeviceId): void;
  failed(supernode: DeviceId): void;
  /** A stream was ended by us, for room: no reason for suspicion. */
  released(supernode: DeviceId): void;
  /** Ads worth handing out: those with an open stream, then those heard of freshly. */
  handOut(): { readonly met: readonly SupernodeAd[]; readonly heard: readonly SupernodeAd[] };
  /** Ads of all that are not suspected, whatever their phase. */
  heard(): readonly SupernodeAd[];
  /** Supernodes without a stream that may be tried now. */
  toTry(): readonly SupernodeAd[];
  /** A page of ads in the order of their supernodes, after one of them. */
  page(after: DeviceId | undefined, count: number): readonly SupernodeAd[];
  /** Calls after `members` changed. */
  subscribe(listener: () => void): void;
}

interface Entry {
  ad: SupernodeAd;
  /** Open streams, to it and from it. */
  streams: number;
  failures: number;
  suspectedAt: number | undefined;
}

/** Makes an empty roster; `now` in ms. Expired ads leave it, suspects before others when it is full. */
export function createRoster(options: { readonly self: DeviceId; readonly max?: number }, now: () => number): Roster {
  const { self, max = MAX_ROSTER } = options;
  const entries = new Map<DeviceId, Entry>();
  const listeners: (() => void)[] = [];
  let cached: { readonly members: readonly Member[]; readonly until: number } | undefined;

  const isTrusted = (entry: Entry): boolean => entry.suspectedAt === undefined && entry.ad.expiresAt > now();
  const counts = (entry: Entry): boolean =>
    isTrusted(entry) && (entry.ad.serving === undefined || entry.ad.serving.phase === "open");
  const changed = (): void => {
    cached = undefined;
    for (const listener of listeners) listener();
  };
  /** Runs an act; tells when it changed whether this supernode counts. */
  const touching = (supernode: DeviceId, act: (entry: Entry) => void): void => {
    const entry = entries.get(supernode);
    if (entry === undefined) return;
    const before = counts(entry);
    act(entry);
    if (before !== counts(entry)) changed();
  };
  const suspect = (entry: Entry): void => {
    if (entry.streams > 0) return;
    entry.failures += 1;
    entry.suspectedAt = now();
  };
  const retryAt = ({ failures, suspectedAt }: Entry): number =>
    suspectedAt === undefined
      ? 0
      : suspectedAt + Math.min(SUSPECT_LONGEST_RETRY_MS, SUSPECT_FIRST_RETRY_MS * 2 ** (failures - 1));
  const prune = (): void => {
    for (const [supernode, { ad, streams }] of entries)
      if (ad.expiresAt <= now() && streams === 0) entries.delete(supernode);
  };
  const makeRoom = (): boolean => {
    if (entries.size < max) return true;
    prune();
    for (const [supernode, { suspectedAt }] of entries)
      if (entries.size >= max && suspectedAt !== undefined) entries.delete(supernode);
    return entries.size < max;
  };
  const add = (ad: SupernodeAd): Learned => {
    if (ad.supernode === self || ad.expiresAt <= now()) return "known";
    const entry = entries.get(ad.supernode);
    if (entry === undefined) {
      if (!makeRoom()) return "full";
      entries.set(ad.supernode, { ad, streams: 0, failures: 0, suspectedAt: undefined });
      changed();
      return "new";
    }
    if (entry.ad.issuedAt >= ad.issuedAt) return "known";
    const isBack = entry.suspectedAt !== undefined && ad.issuedAt > entry.suspectedAt;
    touching(ad.supernode, () => {
      entry.ad = ad;
      if (isBack) entry.suspectedAt = undefined;
    });
    return isBack ? "back" : "newer";
  };

  return {
    get size() {
      return entries.size;
    },
    get members() {
      if (cached !== undefined && cached.until > now()) return cached.members;
      prune();
      const counted = [...entries.values()].filter(counts);
      cached = {
        members: counted.map(({ ad }) => ({
          supernode: ad.supernode,
          neighbourhood: neighbourhoodOf(ad.addresses),
        })),
        until: Math.min(...counted.map(({ ad }) => ad.expiresAt)),
      };
      return cached.members;
    },
    read(bytes) {
      const envelope = signedEnvelope.decode(bytes);
      const known = envelope.ok ? entries.get(deviceIdFromKey(envelope.value.key))?.ad : undefined;
      if (known !== undefined && known.expiresAt > now() && equals(known.bytes, bytes)) return known;
      const ad = verifyAd(bytes, now());
      return ad.ok ? ad.value : undefined;
    },
    add,
    adOf: (supernode) => entries.get(supernode)?.ad,
    met: (supernode) =>
      touching(supernode, (entry) => {
        entry.streams += 1;
        entry.failures = 0;
        entry.suspectedAt = undefined;
      }),
    lost: (supernode) =>
      touching(supernode, (entry) => {
        entry.streams = Math.max(0, entry.streams - 1);
        suspect(entry);
      }),
    failed: (supernode) => touching(supernode, suspect),
    released: (supernode) =>
      touching(supernode, (entry) => {
        entry.streams = Math.max(0, entry.streams - 1);
      }),
    handOut() {
      const open = [...entries.values()].filter((each) => isTrusted(each) && each.ad.serving?.phase !== "leaving");
      return {
        met: open.filter(({ streams }) => streams > 0).map(({ ad }) => ad),
        heard: open.filter(({ ad, streams }) => streams === 0 && ad.issuedAt > now() - FRESH_AD_MS).map(({ ad }) => ad),
      };
    },
    heard: () => [...entries.values()].filter(isTrusted).map(({ ad }) => ad),
    toTry: () =>
      [...entries.values()]
        .filter((entry) => entry.ad.expiresAt > now() && retryAt(entry) <= now())
        .map(({ ad }) => ad),
    page: (after, count) =>
      [...entries.values()]
        .filter((entry) => isTrusted(entry) && (after === undefined || entry.ad.supernode > after))
        .map(({ ad }) => ad)
        .sort((one, other) => (one.supernode < other.supernode ? -1 : 1))
        .slice(0, count),
    subscribe: (listener) => void listeners.push(listener),
  };
}
