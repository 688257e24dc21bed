import { mkdirSync, writeFileSync } from "node:fs";
import process from "node:process";
import type { Clock, Random } from "@skein/core";
import { addressed } from "./addressing.ts";
import { forEachOf, runWithInput } from "./commands.ts";
import { connectForwarder, startForwarder } from "./forwarder.ts";
import { attachLab, type Lab } from "./lab.ts";
import { type LabState, labDir, labIds, writeState } from "./lab-state.ts";
import { nativeProgram } from "./native.ts";
import { planOf } from "./plan.ts";
import { identify, type ProcessIdentity } from "./processes.ts";
import { LabError, requireForLab } from "./requirements.ts";
import { removeLab, sweep } from "./sweep.ts";
import type { Topology } from "./topology.ts";

/** How a lab is built. */
export interface BuildOptions {
  readonly topology: Topology;
  /** For people, e.g. in `skein-lab list`. */
  readonly topologyName: string;
  /** `runner`: it is abandoned when this process ends, and removed by the next build. `standing`: it stays until removed. */
  readonly life: "runner" | "standing";
  /** Decides which packets are lost. Every wire has a seed of its own made from it. */
  readonly seed: number;
}

const SCRIPTS_AT_ONCE = 4;
const LAB_ID_BYTES = 3;

/**
 * Builds a test network and removes first what dead runners left. Needs root; nothing is made in the machine's own network.
 * Throws LabError (something is missing or a command failed), TopologyError, or the abort reason of `signal`; nothing is
 * left then.
 */
export async function buildLab(
  options: BuildOptions,
  dependencies: { readonly clock: Clock; readonly random: Random; readonly signal: AbortSignal },
): Promise<Lab> {
  const { clock, signal } = dependencies;
  requireForLab();
  const labId = freshLabId(dependencies.random);
  const layout = addressed(options.topology, labId);
  const plan = planOf(layout);
  const self = identify(process.pid);
  if (self === undefined) throw new LabError("this process cannot be found in /proc");
  const [tapwire] = await Promise.all([nativeProgram("tapwire"), sweep(clock)]);
  const state = (owner: LabState["owner"], processes: readonly ProcessIdentity[]): LabState => ({
    ...{ labId, owner, processes, namespaces: plan.namespaces },
    ...{ topologyName: options.topologyName, topology: options.topology },
  });
  const building: LabState["owner"] = { kind: "runner", ...self };
  writeState(state(building, []));
  try {
    await runWithInput(["ip", "-batch", "-"], plan.batch);
    signal.throwIfAborted();
    const forwarderProcess = await startForwarder(tapwire, labDir(labId), layout.internet);
    writeState(state(building, [forwarderProcess]));
    const forwarder = await connectForwarder(labDir(labId));
    for (const [index, wire] of plan.wires.entries()) await forwarder.add(wire, wireSeed(options.seed, index));
    forwarder.disconnect();
    for (const [namespace, files] of plan.files) writeEtc(namespace, files);
    await forEachOf(plan.scripts, SCRIPTS_AT_ONCE, async ([namespace, script]) => {
      signal.throwIfAborted();
      await runWithInput(["nsenter", `--net=/run/netns/${namespace}`, "sh", "-e"], script);
    });
    signal.throwIfAborted();
    if (options.life === "standing") writeState(state({ kind: "standing" }, [forwarderProcess]));
    return await attachLab(labId, clock);
  } catch (error) {
    await removeLab(labId, clock);
    throw error;
  }
}

function freshLabId(random: Random): string {
  for (;;) {
    const id = Buffer.from(random.bytes(LAB_ID_BYTES)).toString("hex");
    if (!labIds().includes(id)) return id;
  }
}

/** Far apart, so that the streams of two wires have nothing in common. */
function wireSeed(seed: number, index: number): number {
  return seed * 1000 + index;
}

function writeEtc(namespace: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(`/etc/netns/${namespace}`, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(`/etc/netns/${namespace}/${name}`, text);
}
