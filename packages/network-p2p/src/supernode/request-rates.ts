import { createTokenBucket, type TokenBucket } from "../token-bucket.ts";
import { MAX_RATED_PEERS } from "./limits.ts";

/** So many at once, and so many a second afterwards. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Limits how often one asker may do things of each kind, over all its connections and streams. */
export interface PeerRates<Kind extends string> {
  /** Takes one from the asker's allowance of that kind, if there is one left. */
  allow(asker: string, kind: Kind): boolean;
}

/** What is asked over the index. `dear`: it costs others something, as a write to the DHT does; `record`: one of a
 * supernode's hand-over. */
export type RequestRates = PeerRates<"cheap" | "dear" | "record">;

/** Makes the limits; the one that asked longest ago is forgotten first. `onRefused` hears of each that was over. */
export function createPeerRates<Kind extends string>(
  rates: Readonly<Record<Kind, Rate>>,
  dependencies: { readonly now: () => number; readonly onRefused: (kind: Kind) => void },
): PeerRates<Kind> {
  const askers = new Map<string, Map<Kind, TokenBucket>>();
  return {
    allow(asker, kind) {
      const buckets = askers.get(asker) ?? new Map<Kind, TokenBucket>();
      askers.delete(asker);
      askers.set(asker, buckets);
      const [oldest] = askers.keys();
      if (askers.size > MAX_RATED_PEERS && oldest !== undefined) askers.delete(oldest);
      const bucket = buckets.get(kind) ?? createTokenBucket(rates[kind], dependencies.now);
      buckets.set(kind, bucket);
      if (bucket.take()) return true;
      dependencies.onRefused(kind);
      return false;
    },
  };
}
