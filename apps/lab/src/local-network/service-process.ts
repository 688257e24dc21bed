import { spawn } from "node:child_process";
import process from "node:process";
import { type Clock, pause } from "@skein/core";
import type { ServiceLog } from "./service-log.ts";
import type { Service } from "./services.ts";

const POLL_MS = 100;
const ANSWER_TIMEOUT_MS = 2_000;

/** One running program. */
export interface ServiceProcess {
  /** Undefined where it could not be started. */
  readonly pid: number | undefined;
  /** How it ended, in words: `exit code 1`, `killed by SIGKILL`. Never rejects. */
  readonly ended: Promise<string>;
  /** Asks it to end, and ends it by force at the deadline. Resolves when it is gone. */
  stop(deadlineMs: number): Promise<void>;
}

/** Starts a service under this Node, from `cwd`, its output into `log`. */
export function startService(service: Service, cwd: string, log: ServiceLog, clock: Clock): ServiceProcess {
  const child = spawn(process.execPath, service.args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => log.write(chunk));
  }
  let gone = false;
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`could not be started: ${error.message}`));
    child.once("close", (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`));
  }).finally(() => {
    gone = true;
  });
  return {
    pid: child.pid,
    ended,
    async stop(deadlineMs) {
      if (!gone) child.kill("SIGTERM");
      const cancel = clock.at(clock.now() + deadlineMs, () => {
        if (!gone) child.kill("SIGKILL");
      });
      await ended;
      cancel();
    },
  };
}

/** Whether `url` answers 200 now. */
async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

/**
 * Waits until a service is healthy. Resolves with undefined then, and otherwise with the reason in words: it ended, or
 * did not answer in time. Rejects with the abort reason.
 */
export async function untilHealthy(
  service: Service,
  running: ServiceProcess,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
  clock: Clock,
): Promise<string | undefined> {
  let end: string | undefined;
  const ending = new AbortController();
  void running.ended.then((how) => {
    end = how;
    ending.abort();
  });
  const either = AbortSignal.any([options.signal, ending.signal]);
  const giveUpAtMs = clock.now() + options.deadlineMs;
  for (;;) {
    const healthy = await answers(service.healthUrl, either);
    options.signal.throwIfAborted();
    // A foreign program may answer on the port of a service that just died of finding it taken.
    if (end !== undefined) return end;
    if (healthy) return undefined;
    if (clock.now() >= giveUpAtMs) return `no answer from ${service.healthUrl} in ${options.deadlineMs / 1000} s`;
    await pause(clock, POLL_MS, either).catch(() => {});
  }
}
