import type { DeviceId, Presence, Via } from "@skein/core";
import {
  type Account,
  type Certificate,
  createKeyPair,
  type SupernodeAd,
  signAd,
  signPresence,
  verifyAd,
  verifyCertificate,
} from "@skein/identity";
import { createContractAccount, createSeededRandom } from "@skein/testkit";

/** Accounts, presences and ads for unit tests; keys from a fixed seed. */
const random = createSeededRandom(0x5e1f);

/** A person on a device; with `sameUserAs` that person on another one. */
export function person(sameUserAs?: Account): Account {
  return createContractAccount(random, sameUserAs);
}

/** What a test says of a presence; the rest follows. */
export interface PresenceOf {
  readonly sequence: number;
  readonly at?: number;
  readonly via?: readonly Via[];
  readonly availability?: Presence["availability"];
}

/** A true presence of that person's device, signed now unless said otherwise. */
export function presenceOf(account: Account, { sequence, at, via, availability }: PresenceOf): Presence {
  return signPresence(
    {
      certificate: account.certificate,
      sequence,
      issuedAt: at ?? Date.now(),
      availability: availability ?? "online",
      via: via ?? [],
    },
    account.deviceKey,
  );
}

/** A via that names a supernode and no address. */
export function via(supernode: DeviceId): Via {
  return { supernode, addresses: [] };
}

/** What a test says of an ad. */
export interface AdOf {
  readonly addresses?: readonly string[];
  readonly at?: number;
  readonly loadPct?: number;
  readonly freeSlots?: number;
  /** Left out: the ad says nothing of its service, as builds before 0.2. */
  readonly phase?: NonNullable<SupernodeAd["serving"]>["phase"];
}

/** A true ad of a new supernode. */
export function adOf(
  { addresses, at, loadPct, freeSlots, phase }: AdOf = {},
  key = createKeyPair(random),
): SupernodeAd {
  const issuedAt = at ?? Date.now();
  const figures = { since: issuedAt, slots: 10, leaves: 0, turnedAway: 0, candidates: 0 };
  const serving = phase === undefined ? undefined : { phase, ...figures };
  const statement = { build: "test", issuedAt, loadPct: loadPct ?? 0, freeSlots: freeSlots ?? 10, serving };
  const ad = verifyAd(signAd({ ...statement, addresses: addresses ?? ["/ip4/192.0.2.1/tcp/1/ws"] }, key), issuedAt);
  if (!ad.ok) throw new Error(ad.reason);
  return ad.value;
}

/** The same bytes with one bit changed. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const changed = bytes.slice();
  const index = Math.floor(bit / 8) % bytes.byteLength;
  changed[index] = (changed[index] ?? 0) ^ (1 << (bit % 8));
  return changed;
}

/** The checked certificate of that person's device. */
export function certificateOf(account: Account): Certificate {
  const certificate = verifyCertificate(account.certificate, Date.now());
  if (!certificate.ok) throw new Error(certificate.reason);
  return certificate.value;
}
