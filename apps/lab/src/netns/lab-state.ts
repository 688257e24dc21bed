import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import * as v from "valibot";
import { identify, isRunning, type ProcessIdentity } from "./processes.ts";
import type { Topology } from "./topology.ts";

/** What is written down about a lab before anything of it is made, so that it can always be removed. */
export interface LabState {
  readonly labId: string;
  /** `runner`: the lab goes when this process does, as does one that is being built. `standing`: it stays until `skein-lab down`. */
  readonly owner: ({ readonly kind: "runner" } & ProcessIdentity) | { readonly kind: "standing" };
  readonly namespaces: readonly string[];
  /** Our own processes; others are found by their namespace. */
  readonly processes: readonly ProcessIdentity[];
  readonly topologyName: string;
  readonly topology: Topology;
}

const identity = { pid: v.number(), startedTicks: v.number() };
const stateSchema = v.object({
  labId: v.pipe(v.string(), v.regex(/^[0-9a-f]{6}$/)),
  owner: v.variant("kind", [
    v.object({ kind: v.literal("runner"), ...identity }),
    v.object({ kind: v.literal("standing") }),
  ]),
  namespaces: v.array(v.pipe(v.string(), v.regex(/^skein-[0-9a-f]{6}-[a-z0-9-]+$/))),
  processes: v.array(v.object(identity)),
  topologyName: v.string(),
  topology: v.custom<Topology>((value) => typeof value === "object" && value !== null),
});

/** Where labs write themselves down. /run is empty after a restart of the machine, and so are the namespaces. */
const STATE_DIR = "/run/skein-lab";

/** A lab's own folder: its state, the forwarder's socket and log, launchers. */
export function labDir(labId: string): string {
  return join(STATE_DIR, labId);
}

/** Writes a lab down, whole or not at all: nobody sees a folder without its state. */
export function writeState(state: LabState): void {
  const dir = labDir(state.labId);
  const self = identify(process.pid);
  const fresh = existsSync(dir) ? dir : `${dir}.new-${self?.pid}-${self?.startedTicks}`;
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, "state.json.new"), JSON.stringify(state));
  renameSync(join(fresh, "state.json.new"), join(fresh, "state.json"));
  if (fresh !== dir) renameSync(fresh, dir);
}

/** A lab by its id; undefined where there is none, or its file was cut off when the machine failed. */
export function readState(labId: string): LabState | undefined {
  try {
    const parsed = v.safeParse(stateSchema, JSON.parse(readFileSync(join(labDir(labId), "state.json"), "utf8")));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}

/** The ids of all labs that have a folder. */
export function labIds(): readonly string[] {
  return entries().filter((name) => /^[0-9a-f]{6}$/.test(name));
}

function entries(): readonly string[] {
  return existsSync(STATE_DIR) ? readdirSync(STATE_DIR) : [];
}

/** Removes folders that were never finished because their process ended. */
export function forgetUnfinished(): void {
  for (const name of entries()) {
    const [, pid, startedTicks] = /\.new-(\d+)-(\d+)$/.exec(name) ?? [];
    if (pid === undefined || isRunning({ pid: Number(pid), startedTicks: Number(startedTicks) })) continue;
    rmSync(join(STATE_DIR, name), { recursive: true, force: true });
  }
}

/** Removes a lab's folder, and the common one with the last of them. */
export function forgetState(labId: string): void {
  rmSync(labDir(labId), { recursive: true, force: true });
  try {
    rmdirSync(STATE_DIR);
  } catch {
    // Other labs are in it, or another run removed it just now.
  }
}
