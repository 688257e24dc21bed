import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import process from "node:process";
import { type Clock, pause } from "@skein/core";

/** A process that is not mistaken for a later one of the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in clock ticks since the machine started (proc(5), stat field 22). */
  readonly startedTicks: number;
}

/** Who has this number now; undefined when nobody has, or only what is left of an ended process. */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in brackets, which may itself hold spaces and brackets.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return { pid, startedTicks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** Whether this very process still runs. */
export function isRunning(wanted: ProcessIdentity): boolean {
  return identify(wanted.pid)?.startedTicks === wanted.startedTicks;
}

/** Sends a signal to this very process, if it still runs. */
export function signalTo(wanted: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(wanted)) return;
  try {
    process.kill(wanted.pid, signal);
  } catch {
    // It ended in between.
  }
}

/** Every process in one of these namespaces. */
export function processesIn(namespaces: Iterable<string>): readonly ProcessIdentity[] {
  const inodes = new Set<string>();
  for (const namespace of namespaces) {
    try {
      inodes.add(`net:[${statSync(`/run/netns/${namespace}`).ino}]`);
    } catch {
      // There is no such namespace, so nobody is in it.
    }
  }
  if (inodes.size === 0) return [];
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      if (!inodes.has(readlinkSync(`/proc/${entry}/ns/net`))) return [];
    } catch {
      return [];
    }
    return identify(Number(entry)) ?? [];
  });
}

const POLL_MS = 20;

/** Ends processes: asks, and after the grace period kills. Resolves when all are gone or could not be killed. */
export async function endProcesses(
  list: () => readonly ProcessIdentity[],
  options: { readonly graceMs: number; readonly clock: Clock },
): Promise<void> {
  const { clock, graceMs } = options;
  const startedAtMs = clock.now();
  const asked = new Set<number>();
  const never = new AbortController().signal;
  for (let left = list(); left.length > 0 && clock.now() < startedAtMs + 2 * graceMs + 5_000; left = list()) {
    for (const each of left) {
      if (clock.now() >= startedAtMs + graceMs) signalTo(each, "SIGKILL");
      else if (!asked.has(each.pid)) {
        asked.add(each.pid);
        signalTo(each, "SIGTERM");
        // One that is stopped hears nothing until it goes on.
        signalTo(each, "SIGCONT");
      }
    }
    await pause(clock, POLL_MS, never);
  }
}
