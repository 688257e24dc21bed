import type { RelayLimits } from "./defaults.ts";
import { type BucketRate, createTokenBucket, type TokenBucket, takeTokens } from "./token-bucket.ts";

/** Meters answers to packets whose sender is not proven, so that forged ones cannot turn the relay on a victim. */
export interface OpenAnswers {
  /** Says whether one more may go to this client IP address now, and counts it. */
  allow(ip: number, now: number): boolean;
}

/** Makes the meter: one bucket an address, up to a bound; addresses beyond share one bucket. Rule TU37. */
export function createOpenAnswers(limits: RelayLimits): OpenAnswers {
  const rate: BucketRate = { perSecond: limits.openAnswersPerSecond, burst: limits.openAnswersBurst };
  const refillMs = (rate.burst / rate.perSecond) * 1000;
  const buckets = new Map<number, TokenBucket>();
  let shared: TokenBucket | undefined;
  let sweptAt = Number.NEGATIVE_INFINITY;

  /** A bucket left alone for a whole refill is full, so forgetting it changes nothing. At most once a refill time. */
  const sweep = (now: number): void => {
    if (now - sweptAt < refillMs) return;
    sweptAt = now;
    for (const [ip, bucket] of buckets) if (now - bucket.filledAt >= refillMs) buckets.delete(ip);
  };

  return {
    allow(ip, now) {
      let bucket = buckets.get(ip);
      if (bucket === undefined) {
        if (buckets.size >= limits.maxCountedAddresses) sweep(now);
        if (buckets.size < limits.maxCountedAddresses) {
          bucket = createTokenBucket(rate, now);
          buckets.set(ip, bucket);
        } else {
          shared ??= createTokenBucket(rate, now);
          bucket = shared;
        }
      }
      return takeTokens(bucket, rate, 1, now);
    },
  };
}
