import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { systemClock, systemRandom, type TrafficMeter, until } from "@skein/core";
import type { Headroom } from "@skein/election";
import type { KeyPair, SupernodeAd } from "@skein/identity";
import type { Placements } from "@skein/network-p2p";
import {
  createNoticeBoard,
  createSupernode,
  type Datastore,
  declaredReachability,
  type ElectionDriver,
  type NoticeBoard,
  type Supernode,
  type SupernodeOptions,
  startElection,
} from "@skein/network-p2p/supernode";
import type { Logger } from "pino";
import { ConfigurationError } from "../configuration-error.ts";
import { keepJson } from "../kept-json.ts";
import { reportTo } from "../log.ts";
import { type Machine, watchMachine } from "../machine/machine.ts";
import { countTraffic, type Traffic, trafficForm } from "../machine/traffic.ts";
import { oneLine } from "../one-line.ts";
import type { TlsFiles } from "../tls-files.ts";
import { electionFile, noticeFile } from "./election-files.ts";
import { type ElectionOptions, electionOptions } from "./election-options.ts";
import { announcedAddress, type ServingValues } from "./serving-settings.ts";
import { spentOnOthers } from "./spent-on-others.ts";

/** A node that serves, or would: its supernode half, the election that turns it on and off, and what that weighs. */
export interface ServingNode {
  readonly options: ElectionOptions;
  readonly supernode: Supernode;
  readonly election: ElectionDriver;
  readonly board: NoticeBoard;
  readonly machine: Machine;
  readonly traffic: Traffic;
  /** Never rejects. */
  stop(): Promise<void>;
}

/** What it needs. */
export interface ServingNodeDependencies {
  readonly key: KeyPair;
  readonly log: Logger;
  readonly datastore: Datastore;
  readonly tls: TlsFiles | undefined;
  /** First other supernodes. */
  readonly supernodes: () => Promise<readonly SupernodeAd[]>;
  /** How the people of this process fared at supernodes; left out: there are none. */
  readonly placements?: Placements;
  /** The meter of a person of this process; left out: there is none. */
  readonly meter?: TrafficMeter;
}

/** What `--allow-private` opens: RFC 1918, carrier NAT, loopback and link-local addresses. */
const PRIVATE_NETWORKS: readonly string[] = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
];

/**
 * Starts one. Resolves when it listens; a node its operator pinned serves then. Rejects when a port is taken, or the file of
 * `--notice` is none that counts; nothing runs then.
 */
export async function startServingNode(
  values: ServingValues,
  dependencies: ServingNodeDependencies,
): Promise<ServingNode> {
  const { log } = dependencies;
  const options = electionOptions(values);
  const report = reportTo(log);
  const clock = systemClock;
  const board = await createNoticeBoard(
    { operatorKey: values["operator-key"] },
    { clock, report, store: noticeFile(values.data, log) },
  );
  postNotice(values.notice, board);
  const opened: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  // Measured from the beginning, so that the first word on it is a measured one.
  let sample = (): void => {};
  const machine = watchMachine(options, { clock, also: () => sample() });
  opened.push(machine.stop);
  try {
    const supernode = await createSupernode(supernodeOptions(values, options, dependencies.tls), {
      ...dependencies,
      clock,
      random: systemRandom,
      report,
      busy: machine.busy,
      notice: board.newest,
      onNotice: (notice) => void board.post(notice),
    });
    opened.push(supernode.stop);
    const kept = keepJson(join(values.data, "traffic.json"), trafficForm, { log });
    const traffic = countTraffic({ clock, kept, spent: () => spentOnOthers(supernode.status()) });
    opened.push(traffic.save);
    sample = traffic.sample;
    const election = await startElection(options, {
      supernode,
      clock,
      report,
      board,
      ...(dependencies.placements === undefined ? {} : { placements: dependencies.placements }),
      store: savingToo(electionFile(values.data, log), traffic.save),
      probes:
        options.reachability === "declared"
          ? [declaredReachability("reached", { clock, self: supernode.id })]
          : [supernode.dialBack, supernode.autonat],
      headroom: () => headroomOf(options, machine, traffic),
    });
    opened.push(election.stop);
    if (options.settings.role === "always") await settled(election);
    return { options, supernode, election, board, machine, traffic, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the machine and the operator's budget leave. */
function headroomOf(
  { connection, uplinkKBps }: ElectionOptions,
  machine: Machine,
  traffic: Traffic,
): Omit<Headroom, "leaves" | "turnedAway"> {
  return {
    ...machine.resources(),
    uplinkFreeKBps: Math.max(0, uplinkKBps - traffic.kBps()),
    connection,
    monthGB: traffic.monthGB(),
  };
}

/** A pinned node settles for a millisecond: whoever hears that it is up may come at once. */
async function settled(election: ElectionDriver): Promise<void> {
  await until(election.view, ({ state }) => state.role.kind !== "settling", AbortSignal.timeout(5_000));
  // The driver opens the door in its next turn.
  await setImmediate();
}

function savingToo(store: ReturnType<typeof electionFile>, also: () => void): ReturnType<typeof electionFile> {
  return {
    load: store.load,
    save(memory) {
      also();
      return store.save(memory);
    },
  };
}

function postNotice(path: string | undefined, board: NoticeBoard): void {
  if (path === undefined) return;
  let refusal: string | undefined;
  try {
    refusal = board.post(Uint8Array.from(readFileSync(path)));
  } catch (error) {
    refusal = oneLine(error);
  }
  if (refusal !== undefined) throw new ConfigurationError(`--notice ${path}: ${refusal}`);
}

function supernodeOptions(
  values: ServingValues,
  { announced, autonat, build, pace, settings }: ElectionOptions,
  tls: TlsFiles | undefined,
): SupernodeOptions {
  const { listen, "ws-port": wsPort, "webrtc-port": webrtcPort, "announce-name": name } = values;
  const webSocket = tls === undefined ? "ws" : "tls/ws";
  const outside = announcedAddress(values);
  const webSocketHost = name === undefined ? `ip4/${outside}` : `dns4/${name}`;
  return {
    begin: "idle",
    announced,
    autonat,
    pace,
    listen: [`/ip4/${listen}/tcp/${wsPort}/${webSocket}`, `/ip4/${listen}/udp/${webrtcPort}/webrtc-direct`],
    // AutoNAT judges only what is not announced; others' word on the address then replaces what is listened on.
    announce:
      autonat === "on" && announced === "observed"
        ? []
        : [`/${webSocketHost}/tcp/${wsPort}/${webSocket}`, `/ip4/${outside}/udp/${webrtcPort}/webrtc-direct`],
    ...(tls === undefined ? {} : { tls }),
    build,
    policy: values["allow-private"] ? "any" : "public",
    ...(settings.leaves === undefined ? {} : { maxReservations: settings.leaves }),
    turn: {
      listenAddress: listen,
      listenPort: values["turn-port"],
      publicAddress: outside,
      ...(values["allow-private"] ? { peers: { kind: "public-and", networks: PRIVATE_NETWORKS } as const } : {}),
    },
  };
}
