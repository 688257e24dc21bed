import { existsSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { identify, isRunning } from "../netns/processes.ts";

/** Where one run keeps everything it makes. */
export interface Workplace {
  readonly folder: string;
  /** Below which control group its containers are. */
  readonly controlGroup: string;
  /** Removes it. No engine may run in it any more. */
  remove(): void;
}

const CONTROL_GROUPS = "/sys/fs/cgroup";

/** `skein-compose-PID-TICKS-RANDOM`: whose it is stands in the name, so that a dead run's is known as such. */
const OURS = /^skein-compose-(\d+)-(\d+)-\w+$/;

/** Makes a workplace in the folder for temporary files, and removes those of runs that were killed. */
export function openWorkplace(): Workplace {
  for (const name of readdirSync(tmpdir())) {
    const [, pid, startedTicks] = OURS.exec(name) ?? [];
    if (pid === undefined || isRunning({ pid: Number(pid), startedTicks: Number(startedTicks) })) continue;
    removeWorkplace(name);
  }
  const startedTicks = identify(process.pid)?.startedTicks ?? 0;
  const folder = mkdtempSync(join(tmpdir(), `skein-compose-${process.pid}-${startedTicks}-`));
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  return { folder, controlGroup: `/${name}`, remove: () => removeWorkplace(name) };
}

function removeWorkplace(name: string): void {
  rmSync(join(tmpdir(), name), { recursive: true, force: true });
  if (!existsSync(CONTROL_GROUPS)) return;
  // Version 2 has one tree, version 1 one for each controller.
  for (const tree of ["", ...readdirSync(CONTROL_GROUPS)]) removeGroups(join(CONTROL_GROUPS, tree, name));
}

/** A control group goes when it is empty and has none below. Its files are the kernel's. */
function removeGroups(group: string): void {
  if (!existsSync(group)) return;
  try {
    for (const entry of readdirSync(group, { withFileTypes: true }))
      if (entry.isDirectory()) removeGroups(join(group, entry.name));
    rmdirSync(group);
  } catch {
    // Gone in between, or the kernel still counts it as busy: the next run removes it.
  }
}
