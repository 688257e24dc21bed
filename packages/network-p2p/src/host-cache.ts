import { recallAd, type SupernodeAd, verifyAd } from "@skein/identity";
import { equals } from "uint8arrays/equals";
import { MAX_CACHED_ADS, MAX_HINT_AGE_MS } from "./defaults.ts";

/** Where a leaf's known supernodes are kept between two visits; apps provide it. */
export interface HostCacheStore {
  load(): Promise<readonly Uint8Array[]>;
  save(ads: readonly Uint8Array[]): Promise<void>;
}

/** The supernodes a leaf has heard of: at most 200 checked ads, the newest of each. */
export interface HostCache {
  /** Those that hold now. */
  readonly ads: readonly SupernodeAd[];
  /** All of them: an expired one says only where to ask for a fresh one. */
  readonly known: readonly SupernodeAd[];
  /** Adds ads already checked; older ones of the same supernode are dropped. Says whether anything changed. */
  merge(ads: readonly SupernodeAd[]): boolean;
  /** Adds an ad from the wire, if it holds. */
  learn(bytes: Uint8Array): boolean;
  /** Adds an ad that was kept by us, expired or not, if it once held. */
  recall(bytes: Uint8Array): boolean;
  /** This supernode served us: strangers' ads do not push it out. */
  proved(supernode: SupernodeAd["supernode"]): void;
}

/**
 * Makes a cache; `now` in ms. Where 200 are too few, those issued longest ago leave it, strangers first; after 60 days all do.
 */
export function createHostCache(now: () => number): HostCache {
  let bySupernode = new Map<string, SupernodeAd>();
  const proven = new Set<string>();

  const merge = (ads: readonly SupernodeAd[]): boolean => {
    let changed = false;
    for (const ad of ads) {
      const known = bySupernode.get(ad.supernode);
      if (ad.expiresAt + MAX_HINT_AGE_MS <= now() || (known !== undefined && known.issuedAt >= ad.issuedAt)) continue;
      bySupernode.set(ad.supernode, ad);
      changed = true;
    }
    if (changed) prune();
    return changed;
  };
  const prune = (): void => {
    const alive = [...bySupernode.values()].filter((ad) => ad.expiresAt + MAX_HINT_AGE_MS > now());
    const rank = (ad: SupernodeAd): number => (proven.has(ad.supernode) ? 0 : 1);
    alive.sort((one, other) => rank(one) - rank(other) || other.issuedAt - one.issuedAt);
    bySupernode = new Map(alive.slice(0, MAX_CACHED_ADS).map((ad) => [ad.supernode, ad]));
    for (const supernode of proven) if (!bySupernode.has(supernode)) proven.delete(supernode);
  };

  return {
    get ads() {
      return [...bySupernode.values()].filter((ad) => ad.expiresAt > now());
    },
    get known() {
      prune();
      return [...bySupernode.values()];
    },
    merge: (ads) => merge(ads.filter((ad) => ad.expiresAt > now())),
    learn(bytes) {
      // Most of what is heard is known, and checking a signature is dear.
      for (const known of bySupernode.values()) if (equals(known.bytes, bytes)) return false;
      const ad = verifyAd(bytes, now());
      return ad.ok && merge([ad.value]);
    },
    recall(bytes) {
      const ad = recallAd(bytes, now());
      return ad.ok && merge([ad.value]);
    },
    proved(supernode) {
      if (bySupernode.has(supernode)) proven.add(supernode);
    },
  };
}
