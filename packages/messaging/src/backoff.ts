import { BACKOFF_BASE_MS, BACKOFF_MAX_AWAY_MS, BACKOFF_MAX_MS } from "./defaults.ts";
import type { Belief } from "./delivery-state.ts";

/**
 * How long to wait after `dials` (≥ 1) dials that brought no acknowledgement, in ms: doubles up to a bound that depends
 * on whether the peer is believed away. `chance` in [0, 1) spreads it over the upper half, so that a crowd that lost one
 * supernode does not return at once.
 */
export function backoffMs(dials: number, belief: Belief, chance: number): number {
  const longest = belief === "offline" ? BACKOFF_MAX_AWAY_MS : BACKOFF_MAX_MS;
  // The exponent is bounded so that the power stays a finite number.
  const wait = Math.min(BACKOFF_BASE_MS * 2 ** Math.min(Math.max(dials, 1) - 1, 20), longest);
  return wait * (0.5 + chance / 2);
}
