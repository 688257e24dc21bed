import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { systemEnvironment } from "./commands.ts";
import { type Link, tapwireSettings } from "./links.ts";
import type { WirePlan } from "./plan.ts";
import { identify, type ProcessIdentity } from "./processes.ts";
import { LabError } from "./requirements.ts";

/** What happened to the packets of one direction since the wire was made. Bytes are those of Ethernet frames. */
export type WayCounters = v.InferOutput<typeof waySchema>;

/** Both directions of a wire, seen from the one whose access link it is. */
export interface LinkCounters {
  readonly up: WayCounters;
  readonly down: WayCounters;
}

const waySchema = v.object({
  inPackets: v.number(),
  inBytes: v.number(),
  outPackets: v.number(),
  outBytes: v.number(),
  /** By the chance of each packet. */
  lost: v.number(),
  lostInBurst: v.number(),
  droppedByQueue: v.number(),
  droppedDown: v.number(),
  /** The device at the far end was down. */
  droppedByDevice: v.number(),
  duplicated: v.number(),
  reordered: v.number(),
  /** Delivered more than 5 ms after their time: the machine was too busy to be exact. */
  late: v.number(),
});

const answerSchema = v.union([
  v.object({ ok: v.literal(true) }),
  v.object({ error: v.string() }),
  v.object({ wires: v.array(v.object({ name: v.string(), ab: waySchema, ba: waySchema })) }),
]);

type Answer = v.InferOutput<typeof answerSchema>;

/** The running tapwire of a lab. */
export interface Forwarder {
  add(wire: WirePlan, seed: number): Promise<void>;
  set(wire: string, link: Link): Promise<void>;
  counters(): Promise<ReadonlyMap<string, LinkCounters>>;
  /** Lets go of it; it runs on. */
  disconnect(): void;
}

const START_DEADLINE_MS = 10_000;
const ANSWER_DEADLINE_MS = 10_000;

/** Where a lab's tapwire listens. */
function forwarderSocket(labDir: string): string {
  return join(labDir, "tapwire.sock");
}

/** Starts tapwire inside a namespace, to outlive us; resolves when it listens. Throws LabError. */
export async function startForwarder(program: string, labDir: string, namespace: string): Promise<ProcessIdentity> {
  const log = openSync(join(labDir, "tapwire.log"), "a");
  const child = spawn("ip", ["netns", "exec", namespace, program, forwarderSocket(labDir)], {
    stdio: ["ignore", "pipe", log],
    detached: true,
    env: systemEnvironment(),
  });
  closeSync(log);
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new LabError("tapwire did not start in time")), START_DEADLINE_MS);
    const fail = (why: string): void => {
      clearTimeout(timer);
      reject(new LabError(`tapwire ended at once (${why}); see ${join(labDir, "tapwire.log")}`));
    };
    child.once("error", (error) => fail(error.message));
    child.once("exit", (code, signal) => fail(`${signal ?? code}`));
    child.stdout?.once("data", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  child.stdout?.destroy();
  child.unref();
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw new LabError("tapwire ended at once");
  return identity;
}

/** Connects to the tapwire of a lab. Throws LabError when nobody answers. */
export async function connectForwarder(labDir: string): Promise<Forwarder> {
  const socket = await connected(forwarderSocket(labDir));
  const waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  const lines = createInterface({ input: socket });
  lines.on("line", (line) => {
    const asker = waiting.shift();
    const parsed = v.safeParse(answerSchema, JSON.parse(line));
    if (!parsed.success) asker?.reject(new LabError(`tapwire answered ${line.slice(0, 100)}`));
    else if ("error" in parsed.output) asker?.reject(new LabError(`tapwire: ${parsed.output.error}`));
    else asker?.resolve(parsed.output);
  });
  const lose = (): void => {
    for (const asker of waiting.splice(0)) asker.reject(new LabError("tapwire has ended"));
  };
  socket.on("close", lose).on("error", lose);
  lines.on("error", lose);
  // An idle connection must not keep a program alive that has nothing else to do.
  socket.unref();

  function ask(line: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (socket.destroyed) return reject(new LabError("tapwire has ended"));
      const timer = setTimeout(() => socket.destroy(), ANSWER_DEADLINE_MS);
      const settle =
        <Value>(act: (value: Value) => void) =>
        (value: Value): void => {
          clearTimeout(timer);
          act(value);
        };
      waiting.push({ resolve: settle(resolve), reject: settle(reject) });
      socket.write(`${line}\n`);
    });
  }

  const set = async (wire: string, link: Link): Promise<void> => {
    await ask(`set ${wire} ab ${tapwireSettings(link.up)}`);
    await ask(`set ${wire} ba ${tapwireSettings(link.down)}`);
  };
  return {
    async add({ name, a, b, link }, seed) {
      const end = ({ namespace, device }: WirePlan["a"]): string => `/run/netns/${namespace} ${device}`;
      await ask(`wire ${name} ${end(a)} ${end(b)} ${seed}`);
      await set(name, link);
    },
    set,
    async counters() {
      const answer = await ask("stats");
      if (!("wires" in answer)) throw new LabError("tapwire gave no counters");
      return new Map(answer.wires.map(({ name, ab, ba }) => [name, { up: ab, down: ba }]));
    },
    disconnect: () => socket.destroy(),
  };
}

function connected(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", (error) => reject(new LabError(`the lab's tapwire does not answer (${error.message})`)));
  });
}
