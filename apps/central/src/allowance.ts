/** A budget that refills with time and may be overdrawn: what one pays for with waiting, not with refusal. */
export interface Allowance {
  /** Spends `cost` at `now` (ms) and says how long to wait before spending more, ms; 0 when nothing is owed. */
  spend(cost: number, now: number): number;
  /** Spends `cost` if all of it is there; otherwise spends nothing and says false. */
  take(cost: number, now: number): boolean;
}

/** Makes a full allowance of `burst` that gains `perSecond`. A clock that steps back adds nothing. */
export function createAllowance(rate: { readonly perSecond: number; readonly burst: number }, now: number): Allowance {
  let balance = rate.burst;
  let filledAt = now;

  function refill(at: number): void {
    if (at > filledAt) balance = Math.min(rate.burst, balance + ((at - filledAt) * rate.perSecond) / 1000);
    filledAt = at;
  }

  return {
    spend(cost, at) {
      refill(at);
      balance -= cost;
      return balance >= 0 ? 0 : Math.ceil((-balance * 1000) / rate.perSecond);
    },
    take(cost, at) {
      refill(at);
      if (balance < cost) return false;
      balance -= cost;
      return true;
    },
  };
}
