import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import type { Clock } from "@skein/core";
import { runWithInput } from "./commands.ts";
import { forgetState, forgetUnfinished, labIds, readState } from "./lab-state.ts";
import { endProcesses, isRunning, processesIn } from "./processes.ts";

const NAMESPACE_DIR = "/run/netns";
const ETC_DIR = "/etc/netns";
const OURS = /^skein-([0-9a-f]{6})-/;

/** How long programs in a lab may take to end when asked. */
const GRACE_MS = 1_500;

/** The entries of a folder that belong to a lab. */
function entriesOf(folder: string, labId: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => OURS.exec(name)?.[1] === labId);
}

/**
 * Removes a lab: its programs (found by namespace, and those it wrote down, each only while it is the same process), its
 * namespaces, its files. May be called for what is half built or half removed. Throws LabError when a namespace stays.
 */
export async function removeLab(labId: string, clock: Clock): Promise<void> {
  const state = readState(labId);
  const namespaces = entriesOf(NAMESPACE_DIR, labId);
  await endProcesses(() => [...processesIn(namespaces), ...(state?.processes ?? []).filter(isRunning)], {
    graceMs: GRACE_MS,
    clock,
  });
  // A runner that is being killed may still be making namespaces: look again.
  const left = entriesOf(NAMESPACE_DIR, labId);
  if (left.length > 0) {
    await runWithInput(["ip", "-batch", "-"], left.map((name) => `netns delete ${name}\n`).join(""));
  }
  for (const name of entriesOf(ETC_DIR, labId)) rmSync(`${ETC_DIR}/${name}`, { recursive: true, force: true });
  try {
    rmdirSync(ETC_DIR);
  } catch {
    // Others have something in it, or there is none. /run/netns itself is a mount that `ip` made and keeps.
  }
  forgetState(labId);
}

/** The labs nobody answers for: the process that ran them is gone, or there are only remains. */
export function abandonedLabs(): readonly string[] {
  const remains = [NAMESPACE_DIR, ETC_DIR]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder))
    .flatMap((name) => OURS.exec(name)?.[1] ?? []);
  return [...new Set([...labIds(), ...remains])].filter((labId) => {
    const state = readState(labId);
    return state === undefined || (state.owner.kind === "runner" && !isRunning(state.owner));
  });
}

/** Removes every abandoned lab; answers which. */
export async function sweep(clock: Clock): Promise<readonly string[]> {
  forgetUnfinished();
  const abandoned = abandonedLabs();
  for (const labId of abandoned) await removeLab(labId, clock);
  return abandoned;
}
