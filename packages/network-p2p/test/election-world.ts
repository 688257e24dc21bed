import { type DeviceId, silent, systemClock, systemRandom } from "@skein/core";
import {
  type ElectionMemory,
  type Headroom,
  labTuning,
  noMemory,
  type OperatorSettings,
  type Tuning,
} from "@skein/election";
import { createKeyPair } from "@skein/identity";
import type { Placements } from "../src/index.ts";
import {
  createNoticeBoard,
  createSupernode,
  type ElectionDriver,
  labPace,
  type NoticeBoard,
  type Pace,
  type ReachabilityProbe,
  type Supernode,
  startElection,
} from "../src/supernode/index.ts";
import { checkedAd } from "./p2p-world.ts";

/** A node on loopback whose election runs, as a daemon has it. */
export interface ElectedNode {
  readonly supernode: Supernode;
  readonly election: ElectionDriver;
  readonly board: NoticeBoard;
  stop(): Promise<void>;
}

/** Everything within a second or so: what is tested is order, not time. */
const hastyTuning: Tuning = {
  ...labTuning,
  reachableForMs: 200,
  epochMs: 400,
  lookEveryMs: 1_000,
  settleMs: 300,
  stageMs: 1_000,
};
const hastyPace: Pace = { ...labPace, neighboursEveryMs: 1_000, probeSoonMs: 1_000 };

/** A machine that has room for everything. */
export const roomy: Omit<Headroom, "leaves" | "turnedAway"> = {
  cpuFreePct: 90,
  memoryFreeMiB: 4_000,
  uplinkFreeKBps: 5_000,
  descriptorsFree: 60_000,
  power: "mains",
  connection: "unmetered",
  monthGB: 0,
};

/** How a node is made. */
export interface NodeOptions {
  readonly settings?: OperatorSettings;
  readonly build?: string;
  readonly operatorKey?: Uint8Array;
  /** What its operator says of the UDP port; nobody listens there, see below. Left out: that it is reached. */
  readonly udp?: "reached" | "not-reached";
  readonly memory?: ElectionMemory;
  /** How leaves of its process fared; left out: it has none. */
  readonly placements?: Placements;
}

/**
 * Starts a node that knows `others`. It listens for WebSockets only, and its operator answers for the UDP port: stopping a
 * webrtc-direct listener while somebody dials it crashes the process (node-datachannel 0.33.4), and here all share one.
 */
export async function startElectedNode(
  others: () => readonly Supernode[],
  options: NodeOptions = {},
): Promise<ElectedNode> {
  const clock = systemClock;
  const build = options.build ?? "skein-0.2.0";
  const board = await createNoticeBoard(
    { operatorKey: options.operatorKey },
    { clock, report: silent, store: { load: async () => undefined, save: async () => {} } },
  );
  const supernode = await createSupernode(
    {
      listen: ["/ip4/127.0.0.1/tcp/0/ws"],
      build,
      policy: "any",
      begin: "idle",
      announced: "observed",
      pace: hastyPace,
    },
    {
      key: createKeyPair(systemRandom),
      clock,
      random: systemRandom,
      report: silent,
      supernodes: async () => others().map((each) => checkedAd(each.ad())),
      notice: board.newest,
      onNotice: board.post,
    },
  );
  const election = await startElection(
    { build, tuning: hastyTuning, settings: options.settings ?? { role: "auto" }, measureEveryMs: 500 },
    {
      supernode,
      clock,
      report: silent,
      board,
      store: { load: async () => options.memory ?? noMemory, save: async () => {} },
      ...(options.placements === undefined ? {} : { placements: options.placements }),
      probes: [supernode.dialBack, udpAsDeclared(options.udp ?? "reached")],
      headroom: () => roomy,
    },
  );
  return {
    supernode,
    election,
    board,
    async stop() {
      await election.stop();
      await supernode.stop();
    },
  };
}

function udpAsDeclared(outcome: "reached" | "not-reached"): ReachabilityProbe {
  return {
    start(onVerdict) {
      const helper = "operator" as DeviceId;
      onVerdict({ port: "udp", helper, network: "operator", outcome, at: systemClock.now() });
    },
    check() {},
    stop() {},
  };
}
