import type { Libp2p } from "@libp2p/interface";
import type { Clock, Random, Report } from "@skein/core";
import { REACH_PROTOCOL } from "@skein/wire";
import type { DialPolicy } from "../addresses.ts";
import { createDialBack, type DialBack } from "./dial-back.ts";
import { createReachHandler } from "./dial-back-service.ts";
import type { Neighbour } from "./neighbours.ts";
import type { Pace } from "./pace.ts";
import { createStrangerNode } from "./stranger-node.ts";

/** Both halves of the dial-back: we have ourselves dialled, and dial others. */
export interface Reaching {
  readonly dialBack: DialBack;
  /** Takes reach streams from now on. */
  open(): Promise<void>;
  /** Never rejects. */
  stop(): Promise<void>;
}

/** Supernodes asked in one round: with three of different networks two agree even when one is away. */
const HELPERS = 3;

/** Makes both. */
export function createReaching(
  options: { readonly policy: DialPolicy; readonly pace: Pace },
  dependencies: {
    readonly node: Libp2p;
    readonly clock: Clock;
    readonly random: Random;
    readonly report: Report;
    readonly addresses: () => readonly string[];
    readonly onReached: (address: string) => void;
    readonly helpers: () => readonly Neighbour[];
    readonly helps: () => boolean;
  },
): Reaching {
  const { addresses, clock, helpers, helps, node, onReached, random, report } = dependencies;
  const { pace, policy } = options;
  const dialBack = createDialBack(
    { soonMs: pace.probeSoonMs, everyMs: pace.probeEveryMs, helpers: HELPERS },
    { clock, random, report, addresses, helpers, onReached },
  );
  const strangers = createStrangerNode(policy);
  const answer = createReachHandler(
    { policy },
    { clock, report, dial: strangers.dial, helps, onNonce: dialBack.arrived },
  );
  return {
    dialBack,
    open: () => node.handle(REACH_PROTOCOL, answer, { maxInboundStreams: 4 }),
    async stop() {
      dialBack.stop();
      await strangers.stop();
    },
  };
}
