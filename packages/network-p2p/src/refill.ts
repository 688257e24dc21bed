import type { SupernodeAd } from "@skein/identity";
import type { HostCache, HostCacheStore } from "./host-cache.ts";

/** Fills the host cache: from where it was kept, and from the source of first supernodes. */
export interface Refill {
  /** Reads what was kept, once; asks the source only when that is nothing. Never rejects. */
  open(): Promise<void>;
  /** Asks the source and keeps the result. Rejects as the source does. */
  fetch(): Promise<void>;
  /** Keeps what the cache holds now, in the background. */
  keep(): void;
}

/** Connects the cache with its store and a source. A store that fails costs only memory of last time. */
export function createRefill(dependencies: {
  readonly cache: HostCache;
  readonly store: HostCacheStore;
  readonly source: () => Promise<readonly SupernodeAd[]>;
}): Refill {
  const { cache, source, store } = dependencies;
  let opened = false;

  const keep = (): void => {
    store.save(cache.known.map((ad) => ad.bytes)).catch(() => {});
  };
  const fetch = async (): Promise<void> => {
    if (cache.merge(await source())) keep();
  };
  return {
    fetch,
    keep,
    async open() {
      if (!opened) for (const ad of await store.load().catch(() => [])) cache.recall(ad);
      opened = true;
      // The source's failure shows in the status, when the first supernode is looked for.
      if (cache.known.length === 0) await fetch().catch(() => {});
    },
  };
}
