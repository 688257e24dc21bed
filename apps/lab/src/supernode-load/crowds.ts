import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { CrowdOrder, CrowdReport } from "./crowd-messages.ts";

/** Processes full of leaves, seen as one. */
export interface Crowds {
  /** Starts leaves until there are so many in all. */
  growTo(leaves: number): Promise<CrowdReport>;
  /** Counts from zero. */
  reset(): Promise<CrowdReport>;
  report(): Promise<CrowdReport>;
  /** Ends them without goodbye. */
  end(): void;
}

/** Starts so many processes; `words` as crowd.ts has them. Orders go one at a time. */
export function startCrowds(count: number, words: readonly string[]): Crowds {
  const program = fileURLToPath(new URL("crowd.ts", import.meta.url));
  const processes = Array.from({ length: count }, () => fork(program, words));
  const leaves = new Map<ChildProcess, number>(processes.map((each) => [each, 0]));
  const ends = new Map<ChildProcess, Promise<never>>(processes.map((each) => [each, ended(each)]));
  for (const end of ends.values()) end.catch(() => {});

  const tell = async (child: ChildProcess, order: CrowdOrder): Promise<CrowdReport> => {
    child.send(order);
    const answer = new Promise<CrowdReport>((resolve) =>
      child.once("message", (report) => resolve(report as CrowdReport)),
    );
    const report = await Promise.race([answer, ends.get(child) ?? answer]);
    leaves.set(child, report.leaves);
    return report;
  };
  const tellAll = async (order: (child: ChildProcess, index: number) => CrowdOrder): Promise<CrowdReport> =>
    sum(await Promise.all(processes.map((child, index) => tell(child, order(child, index)))));

  return {
    growTo: (total) =>
      tellAll((child, index) => {
        const share = Math.floor(total / count) + (index < total % count ? 1 : 0);
        return { kind: "grow", leaves: Math.max(0, share - (leaves.get(child) ?? 0)) };
      }),
    reset: () => tellAll(() => ({ kind: "reset" })),
    report: () => tellAll(() => ({ kind: "report" })),
    end() {
      for (const each of processes) each.kill("SIGKILL");
    },
  };
}

async function ended(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, "exit");
  throw new Error(`a process of leaves ended (${signal ?? `code ${code}`})`);
}

function sum(reports: readonly CrowdReport[]): CrowdReport {
  const total = (of: (report: CrowdReport) => number): number => reports.reduce((so, each) => so + of(each), 0);
  return {
    leaves: total((each) => each.leaves),
    online: total((each) => each.online),
    found: total((each) => each.found),
    notFound: total((each) => each.notFound),
    drops: total((each) => each.drops),
    failed: total((each) => each.failed),
    lastFailure: reports.find((each) => each.lastFailure !== undefined)?.lastFailure,
  };
}
