import type { DeviceId } from "@skein/core";
import { createTokenBucket, type TokenBucket } from "../token-bucket.ts";
import { CHEAP_REQUESTS, DEAR_REQUESTS, MAX_RATED_PEERS, RECORD_REQUESTS } from "./limits.ts";

/** Limits how often one peer may ask, over all its streams. */
export interface RequestRates {
  /** `dear`: it costs others something, as a write to the DHT does. */
  allow(peer: DeviceId, cost: "cheap" | "dear" | "record"): boolean;
}

/** Makes the limits; the peer that asked longest ago is forgotten first. */
export function createRequestRates(now: () => number): RequestRates {
  const peers = new Map<DeviceId, Record<"cheap" | "dear" | "record", TokenBucket>>();
  return {
    allow(peer, cost) {
      const buckets = peers.get(peer) ?? {
        cheap: createTokenBucket(CHEAP_REQUESTS, now),
        dear: createTokenBucket(DEAR_REQUESTS, now),
        record: createTokenBucket(RECORD_REQUESTS, now),
      };
      peers.delete(peer);
      peers.set(peer, buckets);
      const [oldest] = peers.keys();
      if (peers.size > MAX_RATED_PEERS && oldest !== undefined) peers.delete(oldest);
      return buckets[cost].take();
    },
  };
}
