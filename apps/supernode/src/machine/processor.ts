import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import process from "node:process";
import { createRecent } from "./recent.ts";

/** What the processors did since they started, ms; all rise. */
export interface ProcessorTimes {
  /** Of all cores together. */
  readonly idleMs: number;
  readonly allMs: number;
  /** Of this process, and of its JavaScript thread alone. */
  readonly processMs: number;
  readonly threadMs: number;
}

/** How busy the processors are. */
export interface Processor {
  /** Measures; every few seconds. */
  sample(now: number): void;
  /** Over the last minute, percent: what the machine leaves idle, no more than our own thread and our quota have left. */
  freePct(): number;
  /** Our JavaScript thread in the last seconds, percent of a core. */
  ownPct(): number;
}

/** "Free" is smoothed over a minute; "busy" must be quick to notice. ms. */
const SMOOTH_MS = 60_000;
const BUSY_MS = 5_000;

/** Makes a meter. `quotaCores` is what a container may use; left out: the whole machine. What was not measured is not free. */
export function createProcessor(
  read: () => ProcessorTimes = readTimes,
  quotaCores: number | undefined = cgroupQuota(),
): Processor {
  const minute = createRecent<ProcessorTimes>(SMOOTH_MS);
  const seconds = createRecent<ProcessorTimes>(BUSY_MS);
  return {
    sample(now) {
      const times = read();
      minute.add(times, now);
      seconds.add(times, now);
    },
    freePct() {
      const span = minute.span();
      if (span === undefined) return 0;
      const { from, to, ms } = span;
      const idle = share(to.idleMs - from.idleMs, to.allMs - from.allMs);
      const thread = 100 - share(to.threadMs - from.threadMs, ms);
      const quota = quotaCores === undefined ? 100 : 100 - share(to.processMs - from.processMs, ms * quotaCores);
      return Math.max(0, Math.min(idle, thread, quota));
    },
    ownPct() {
      const span = seconds.span();
      return span === undefined ? 0 : share(span.to.threadMs - span.from.threadMs, span.ms);
    },
  };
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 100 : Math.min(100, Math.max(0, (100 * part) / whole));
}

function readTimes(): ProcessorTimes {
  let idleMs = 0;
  let allMs = 0;
  for (const { times } of cpus()) {
    idleMs += times.idle;
    allMs += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { idleMs, allMs, processMs: inMs(process.cpuUsage()), threadMs: inMs(process.threadCpuUsage()) };
}

function inMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

/** Cores a Linux container (cgroup v2) may use; `undefined`: no quota, or another system. */
function cgroupQuota(): number | undefined {
  try {
    const [quota = "max", period = "0"] = readFileSync("/sys/fs/cgroup/cpu.max", "utf8").trim().split(" ");
    return quota === "max" ? undefined : Number(quota) / Number(period);
  } catch {
    return undefined;
  }
}
