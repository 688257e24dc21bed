import type { Clock, Random, Report, TrafficMeter } from "@skein/core";
import type { Account, SupernodeAd } from "@skein/identity";
import type { DialPolicy } from "./addresses.ts";
import type { DirectPolicy } from "./direct-paths.ts";
import type { HostCacheStore } from "./host-cache.ts";
import type { Placements } from "./placements.ts";

/** How a leaf behaves. */
export interface P2pNetworkOptions {
  readonly transports: DialPolicy;
  /** Supernodes to keep warm; left out: 3. */
  readonly warm?: number;
}

/** Where first supernodes come from, e.g. the signed list of the host that served the page. */
export type SupernodeSource = () => Promise<readonly SupernodeAd[]>;

/** What a leaf needs from outside. */
export interface P2pNetworkDependencies {
  readonly account: Account;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly supernodes: SupernodeSource;
  readonly directPolicy: DirectPolicy;
  readonly hostCache: HostCacheStore;
  /** Counts what passes; left out: nothing is counted. */
  readonly meter?: TrafficMeter | undefined;
  /** Hears how tries at supernodes went, for the election of a node in the same process; left out: nobody does. */
  readonly placements?: Pick<Placements, "placed" | "failed"> | undefined;
}
