import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Clock, pause } from "@skein/core";
import { keyPairFromSeed, signAd } from "@skein/identity";

/** A `skein supernode` on loopback, in a process of its own. */
export interface SupernodeProcess {
  readonly pid: number;
  /**
   * Its ad, as it would sign it if it had WebSockets alone: leaves that find it busy also try webrtc-direct, whose cost is
   * another one.
   */
  readonly ad: Uint8Array;
  /** One figure of `/metrics`; NaN where it has none of that name. */
  metric(name: string): Promise<number>;
  /** Ends it and resolves when it is gone. */
  stop(): Promise<void>;
}

/** How it is started. */
export interface SupernodeProcessOptions {
  /** Folder for its key and log. */
  readonly directory: string;
  readonly maxReservations: number;
  /** The core it is kept to; left out: any. */
  readonly core?: number;
  /** Further flags of Node, e.g. `--cpu-prof`. */
  readonly nodeFlags: readonly string[];
}

const PROGRAM = fileURLToPath(new URL("../../../supernode/build/main.js", import.meta.url));
const HEALTHY_WITHIN_MS = 20_000;
const ASK_EVERY_MS = 100;
/** Our ad is newer than those the supernode signs meanwhile; more than 5 minutes would not be believed. */
const AHEAD_MS = 4 * 60_000;

/** Starts it and waits until it is healthy. Throws with its last words when it does not come up. */
export async function startSupernodeProcess(options: SupernodeProcessOptions, clock: Clock): Promise<SupernodeProcess> {
  const [wsPort, webrtcPort, turnPort, httpPort] = await freePorts(4);
  const data = join(options.directory, "supernode");
  const words = [
    ...[process.execPath, ...options.nodeFlags, PROGRAM, "supernode", "--allow-private", "--listen", "127.0.0.1"],
    ...["--ws-port", `${wsPort}`, "--webrtc-port", `${webrtcPort}`, "--turn-port", `${turnPort}`],
    ...["--http-port", `${httpPort}`, "--data", data, "--log-level", "warn", "--role", "always"],
    ...["--max-reservations", `${options.maxReservations}`],
  ];
  const [command = "", ...rest] = options.core === undefined ? words : ["taskset", "-c", `${options.core}`, ...words];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
  let lastWords = "";
  const keepWords = (chunk: Buffer): void => {
    lastWords = `${lastWords}${chunk.toString("utf8")}`.slice(-2_000);
  };
  child.stdout.on("data", keepWords);
  child.stderr.on("data", keepWords);
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${httpPort}${path}`);
  const signal = AbortSignal.timeout(HEALTHY_WITHIN_MS);
  for (;;) {
    if (child.exitCode !== null || signal.aborted) {
      child.kill();
      throw new Error(`the supernode did not come up: ${lastWords}`);
    }
    const health = await ask("/healthz").catch(() => undefined);
    if (health?.ok) break;
    await pause(clock, ASK_EVERY_MS, new AbortController().signal);
  }
  return {
    pid: child.pid ?? 0,
    ad: signAd(
      {
        addresses: [`/ip4/127.0.0.1/tcp/${wsPort}/ws`],
        build: "bench",
        issuedAt: clock.now() + AHEAD_MS,
        loadPct: 0,
        freeSlots: options.maxReservations,
      },
      // Where apps/supernode keeps it.
      keyPairFromSeed(new Uint8Array(readFileSync(join(data, "device.key")))),
    ),
    async metric(name) {
      const text = await (await ask("/metrics")).text();
      return Number(new RegExp(`^${name} (\\S+)`, "m").exec(text)?.[1]);
    },
    async stop() {
      child.kill("SIGTERM");
      await gone;
    },
  };
}

/** Whether a process can be kept to one core here. */
export function canPin(): boolean {
  return (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, "taskset")));
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  for (const server of servers) server.close();
  return ports;
}
