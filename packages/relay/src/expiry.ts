import type { Allocation } from "./allocation.ts";
import type { RelayOutput, RelayState } from "./relay-state.ts";
import { clientKey } from "./transport-address.ts";

/** Forgets an allocation and asks for its socket to be closed. */
export function endAllocation(state: RelayState, allocation: Allocation): RelayOutput[] {
  state.allocations.delete(clientKey(allocation.owner.client));
  state.byRelay.delete(allocation.relay);
  state.byPort.delete(allocation.port);
  return [{ kind: "close-relay", relay: allocation.relay }];
}

/** Asks to be woken at `at`, unless an earlier wake is already asked for. */
export function wakeBy(state: RelayState, at: number): RelayOutput[] {
  if (at >= state.wakeAt) return [];
  state.wakeAt = at;
  return [{ kind: "wake", at }];
}

/** Ends every allocation whose life is over and asks to be woken for the next. */
export function expire(state: RelayState, now: number): RelayOutput[] {
  state.wakeAt = Number.POSITIVE_INFINITY;
  const outputs: RelayOutput[] = [];
  let next = Number.POSITIVE_INFINITY;
  for (const allocation of state.allocations.values()) {
    if (allocation.expiresAt <= now) outputs.push(...endAllocation(state, allocation));
    else next = Math.min(next, allocation.expiresAt);
  }
  outputs.push(...wakeBy(state, next));
  return outputs;
}
