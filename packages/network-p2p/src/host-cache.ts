import { type SupernodeAd, verifyAd } from "@skein/identity";
import { equals } from "uint8arrays/equals";
import { MAX_CACHED_ADS } from "./defaults.ts";

/** Where a leaf's known supernodes are kept between two visits; apps provide it. */
export interface HostCacheStore {
  load(): Promise<readonly Uint8Array[]>;
  save(ads: readonly Uint8Array[]): Promise<void>;
}

/** The supernodes a leaf has heard of: at most 200 checked ads, the newest of each. */
export interface HostCache {
  readonly ads: readonly SupernodeAd[];
  /** Adds ads already checked; older ones of the same supernode are dropped. Says whether anything changed. */
  merge(ads: readonly SupernodeAd[]): boolean;
  /** Adds an ad from the wire, if it holds. */
  learn(bytes: Uint8Array): boolean;
}

/** Makes a cache; `now` in ms. Expired ads leave it first, then those that were issued longest ago. */
export function createHostCache(now: () => number): HostCache {
  let bySupernode = new Map<string, SupernodeAd>();

  const merge = (ads: readonly SupernodeAd[]): boolean => {
    let changed = false;
    for (const ad of ads) {
      const known = bySupernode.get(ad.supernode);
      if (ad.expiresAt <= now() || (known !== undefined && known.issuedAt >= ad.issuedAt)) continue;
      bySupernode.set(ad.supernode, ad);
      changed = true;
    }
    if (changed) bySupernode = pruned(bySupernode, now());
    return changed;
  };

  return {
    get ads() {
      bySupernode = pruned(bySupernode, now());
      return [...bySupernode.values()];
    },
    merge,
    learn(bytes) {
      // Most of what is heard is known, and checking a signature is dear.
      for (const known of bySupernode.values()) if (equals(known.bytes, bytes)) return false;
      const ad = verifyAd(bytes, now());
      return ad.ok && merge([ad.value]);
    },
  };
}

function pruned(ads: ReadonlyMap<string, SupernodeAd>, now: number): Map<string, SupernodeAd> {
  const alive = [...ads.values()].filter((ad) => ad.expiresAt > now);
  alive.sort((one, other) => other.issuedAt - one.issuedAt);
  return new Map(alive.slice(0, MAX_CACHED_ADS).map((ad) => [ad.supernode, ad]));
}
