/**
 * `npm run bench:supernode`: how many leaves one supernode on one core carries, and what they cost it.
 *
 * A real `skein supernode` in a process of its own, kept to one core; real leaves in the product's configuration in other
 * processes, over WebSockets on loopback. With one supernode there, a leaf holds one where it would hold three. At each
 * number of leaves it waits until all are served, holds for a minute, and reads /proc. docs/lab/supernode-capacity.md.
 *
 * `--leaves N[,N…]`, `--crowds N`, `--hold-s N`, `--ask-s N`, `--contacts N`; `--cpu-prof DIR` writes a CPU profile of the
 * supernode; `--json` prints nothing but the last line; how far it is goes to stderr.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { pause, systemClock, toBase64Url } from "@skein/core";
import type { CrowdReport } from "./supernode-load/crowd-messages.ts";
import { type Crowds, startCrowds } from "./supernode-load/crowds.ts";
import { processFigures } from "./supernode-load/process-figures.ts";
import { canPin, type SupernodeProcess, startSupernodeProcess } from "./supernode-load/supernode-process.ts";

/** The figures at one number of leaves. */
interface Step {
  readonly leaves: number;
  readonly alive: number;
  readonly reserved: number;
  readonly lookupsPerS: number;
  readonly rssMb: number;
  readonly cpuCores: number;
  readonly kbPerLeaf: number;
  readonly heapMb: number;
  readonly fds: number;
  readonly joinCpuMs: number;
  readonly notFound: number;
  readonly drops: number;
}

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    leaves: { type: "string", default: "200,800" },
    crowds: { type: "string", default: "2" },
    "hold-s": { type: "string", default: "60" },
    "ask-s": { type: "string", default: "60" },
    contacts: { type: "string", default: "0" },
    "cpu-prof": { type: "string" },
  },
});
const steps = values.leaves.split(",").map((text) => count("leaves", text));
const holdS = count("hold-s", values["hold-s"]);
const print = (text: string): void => {
  if (!values.json) console.log(text);
};

/** A whole number, or the end of the program with a sentence. */
function count(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  console.error(`--${name}: "${text}" is not a whole number`);
  process.exit(2);
}

/** Leaves that come between two words of progress. */
const GROW_BY = 100;

const HEAD = ["leaves", "online", "reserved", "lookups/s", "RSS MB", "heap MB", "cores", "kB/leaf", "fds", "join ms"];

const row = (cells: readonly (string | number)[]): string => cells.map((cell) => `${cell}`.padStart(10)).join("");

const interruption = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => interruption.abort(new Error("interrupted")));

/** Adds leaves a hundred at a time, and says how far it is: thousands take minutes. */
async function grow(crowds: Crowds, from: number, to: number): Promise<CrowdReport> {
  const startedAt = performance.now();
  let report = await crowds.report();
  for (let next = from; next < to; ) {
    next = Math.min(to, next + GROW_BY);
    report = await crowds.growTo(next);
    interruption.signal.throwIfAborted();
    const tookS = round((performance.now() - startedAt) / 1_000, 0);
    console.error(`… ${report.online} of ${to} leaves are online after ${tookS} s`);
  }
  return report;
}

async function measure(leaves: number, supernode: SupernodeProcess, crowds: Crowds, base: number): Promise<Step> {
  const before = processFigures(supernode.pid);
  const had = (await crowds.report()).leaves;
  const grown = await grow(crowds, had, leaves);
  if (grown.failed > 0) console.error(`  ${grown.failed} leaves did not start: ${grown.lastFailure}`);
  const joined = processFigures(supernode.pid);
  await crowds.reset();
  const start = processFigures(supernode.pid);
  const startedAt = performance.now();
  await pause(systemClock, holdS * 1_000, interruption.signal);
  const end = processFigures(supernode.pid);
  const tookS = (performance.now() - startedAt) / 1_000;
  const held = await crowds.report();
  const heap = await supernode.metric("nodejs_heap_size_used_bytes");
  return {
    leaves: held.leaves,
    alive: held.online,
    reserved: await supernode.metric("skein_relay_reservations"),
    lookupsPerS: round(held.found / tookS, 1),
    rssMb: round(end.rssKb / 1024, 0),
    cpuCores: round((end.cpuS - start.cpuS) / tookS, 3),
    kbPerLeaf: round((end.rssKb - base) / held.leaves, 0),
    heapMb: round(heap / 1024 / 1024, 0),
    fds: end.fds,
    joinCpuMs: round((1_000 * (joined.cpuS - before.cpuS)) / Math.max(1, held.leaves - had), 1),
    notFound: held.notFound,
    drops: held.drops,
  };
}

function round(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

/** The figures at the largest number of leaves that was reached. */
let last: Step | undefined;

const UNMEASURED: Readonly<Record<keyof Step, null>> = {
  leaves: null,
  alive: null,
  reserved: null,
  lookupsPerS: null,
  rssMb: null,
  cpuCores: null,
  kbPerLeaf: null,
  heapMb: null,
  fds: null,
  joinCpuMs: null,
  notFound: null,
  drops: null,
};

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "skein-load-"));
  const cpuProfile = values["cpu-prof"];
  const supernode = await startSupernodeProcess(
    {
      directory,
      maxReservations: Math.max(...steps),
      ...(canPin() ? { core: 0 } : {}),
      nodeFlags: cpuProfile === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", cpuProfile],
    },
    systemClock,
  );
  const crowds = startCrowds(count("crowds", values.crowds), [
    toBase64Url(supernode.ad),
    values["ask-s"],
    values.contacts,
  ]);
  interruption.signal.addEventListener("abort", crowds.end);
  try {
    const base = processFigures(supernode.pid).rssKb;
    print(
      `supernode on ${canPin() ? "one core" : "any core (there is no taskset)"}, ${round(base / 1024, 0)} MB before`,
    );
    print("leaves hold one supernode here; in a network with more they hold three\n");
    print(row(HEAD));
    for (const leaves of steps) {
      const step = await measure(leaves, supernode, crowds, base);
      const { alive, cpuCores, fds, heapMb, joinCpuMs, kbPerLeaf, lookupsPerS, reserved, rssMb } = step;
      print(row([step.leaves, alive, reserved, lookupsPerS, rssMb, heapMb, cpuCores, kbPerLeaf, fds, joinCpuMs]));
      if (step.notFound + step.drops > 0) print(`  ${step.notFound} not found, ${step.drops} lost their supernode`);
      last = step;
    }
    print("\njoin ms: CPU of the supernode for one leaf that joins; cores: while they are held");
  } finally {
    crowds.end();
    await supernode.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

try {
  await main();
  console.log(JSON.stringify(last));
} catch (error) {
  const reason = (interruption.signal.aborted ? (interruption.signal.reason as Error) : (error as Error)).message;
  console.error(`✗ ${reason}`);
  console.log(JSON.stringify({ ...(last ?? UNMEASURED), reason }));
  process.exitCode = 1;
}
