/** How fast a bucket fills and how much it holds. */
export interface BucketRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** An allowance that refills with time. Owned and changed by {@link takeTokens} only. */
export interface TokenBucket {
  tokens: number;
  filledAt: number;
}

/** A full bucket. */
export function createTokenBucket(rate: BucketRate, now: number): TokenBucket {
  return { tokens: rate.burst, filledAt: now };
}

/** Takes `amount` if the bucket holds it; otherwise takes nothing and says false. A clock that steps back adds nothing. */
export function takeTokens(bucket: TokenBucket, rate: BucketRate, amount: number, now: number): boolean {
  if (now > bucket.filledAt)
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((now - bucket.filledAt) * rate.perSecond) / 1000);
  bucket.filledAt = now;
  if (bucket.tokens < amount) return false;
  bucket.tokens -= amount;
  return true;
}
