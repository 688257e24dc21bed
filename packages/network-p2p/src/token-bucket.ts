/** A right to do something so many times: `burst` at once, then `perSecond`. */
export interface TokenBucket {
  /** Takes a token if there is one. */
  take(): boolean;
}

/** Makes a full bucket; `now` in ms. */
export function createTokenBucket(
  options: { readonly burst: number; readonly perSecond: number },
  now: () => number,
): TokenBucket {
  let tokens = options.burst;
  let filledAt = now();
  return {
    take() {
      const at = now();
      tokens = Math.min(options.burst, tokens + (Math.max(0, at - filledAt) / 1000) * options.perSecond);
      filledAt = at;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
