import type { Clock, DeviceId } from "@skein/core";
import type { ReachabilityProbe } from "./reachability-probe.ts";

/** What the operator declares of both ports; it stands alone and does not age (docs/spec/election.md#EL1). */
export function declaredReachability(
  outcome: "reached" | "not-reached",
  { clock, self }: { readonly clock: Clock; readonly self: DeviceId },
): ReachabilityProbe {
  return {
    start(onVerdict) {
      for (const port of ["ws", "udp"] as const)
        onVerdict({ port, helper: self, network: "operator", outcome, at: clock.now() });
    },
    check() {},
    stop() {},
  };
}
