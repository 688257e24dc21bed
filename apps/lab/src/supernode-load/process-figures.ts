import { readdirSync, readFileSync } from "node:fs";

/** What Linux says of a process at one moment. */
export interface ProcessFigures {
  /** CPU used since its start, user and system, s. */
  readonly cpuS: number;
  /** Memory in RAM now, and the most it ever was, kB. */
  readonly rssKb: number;
  readonly peakRssKb: number;
  /** Open file descriptors. */
  readonly fds: number;
}

/** USER_HZ, which is 100 on every Linux that Node runs on (proc(5), `stat`). */
const TICKS_PER_SECOND = 100;

/** Reads /proc. Throws when the process is gone. */
export function processFigures(pid: number): ProcessFigures {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name stands in brackets and may hold anything; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kb = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1]);
  return {
    cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    rssKb: kb("VmRSS"),
    peakRssKb: kb("VmHWM"),
    fds: readdirSync(`/proc/${pid}/fd`).length,
  };
}
