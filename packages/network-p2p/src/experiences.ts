import type { Clock, DeviceId, Random } from "@skein/core";
import type { HostCache } from "./host-cache.ts";
import { SupernodeRefusal } from "./index-client.ts";
import { afterFailure, afterSuccess, type Experience } from "./supernode-plan.ts";

/** How each supernode has done for us, as long as the host cache knows it. */
export interface Experiences {
  of(supernode: DeviceId): Experience;
  worked(supernode: DeviceId, rttMs: number): void;
  /** It failed, or went away; an error that is a refusal may say when to come again. */
  failed(supernode: DeviceId, error?: unknown): void;
}

/** Makes an empty memory. */
export function createExperiences(dependencies: {
  readonly cache: HostCache;
  readonly clock: Clock;
  readonly random: Random;
}): Experiences {
  const { cache, clock, random } = dependencies;
  const known = new Map<DeviceId, Experience>();
  const of = (supernode: DeviceId): Experience => known.get(supernode) ?? { failures: 0, retryAt: 0 };
  return {
    of,
    worked: (supernode, rttMs) => void known.set(supernode, afterSuccess(of(supernode), rttMs)),
    failed(supernode, error) {
      const retryAfterMs = error instanceof SupernodeRefusal ? error.retryAfterMs : undefined;
      known.set(supernode, afterFailure(of(supernode), { now: clock.now(), lot: random.fraction(), retryAfterMs }));
      const cached = new Set(cache.known.map((each) => each.supernode));
      for (const each of known.keys()) if (!cached.has(each)) known.delete(each);
    },
  };
}
