import { join } from "node:path";
import { type Clock, pause } from "@skein/core";
import { afterEnd, defaultRestartLimits, type RestartLimits } from "./restart-policy.ts";
import { openServiceLog, type ServiceLog } from "./service-log.ts";
import { type ServiceProcess, startService, untilHealthy } from "./service-process.ts";
import type { Service } from "./services.ts";

/** What a local network says while it runs. `lastLines` are the last of the service's log. */
export type NetworkNews =
  | { readonly kind: "healthy"; readonly service: Service; readonly tookMs: number; readonly pid: number | undefined }
  | { readonly kind: "ended"; readonly service: Service; readonly how: string; readonly lastLines: readonly string[] }
  | { readonly kind: "restarting"; readonly service: Service; readonly inMs: number; readonly attempt: number }
  | { readonly kind: "given-up"; readonly service: Service };

/** How a local network is run. */
export interface LocalNetworkOptions {
  readonly services: readonly Service[];
  /** The folder the services are started in. */
  readonly cwd: string;
  readonly logDir: string;
  readonly restarts?: RestartLimits;
  /** How long a service may take to become healthy. Higher: slow machines; lower: a hang is seen sooner. */
  readonly healthDeadlineMs?: number;
  /** How long a service may take to end when asked, before it is killed. */
  readonly stopDeadlineMs?: number;
}

/** A network that runs until it is stopped. */
export interface LocalNetwork {
  /** Resolves when nothing is left to run: every service was given up, or `stop` has ended them. */
  readonly allEnded: Promise<void>;
  /** Ends every service and resolves when all are gone. May be called at any time, and twice. */
  stop(): Promise<void>;
}

/** A service did not come up. Everything that had started is stopped again when this is thrown. */
export class StartupError extends Error {
  readonly service: Service;
  readonly lastLines: readonly string[];

  constructor(service: Service, how: string, lastLines: readonly string[]) {
    super(`${service.label} did not come up: ${how}`);
    this.name = "StartupError";
    this.service = service;
    this.lastLines = lastLines;
  }
}

/** Ctrl-C reaches our whole process group: a service may be seen to end before we know that we are to stop. */
const STOP_MAY_FOLLOW_MS = 300;

/**
 * Starts the services stage by stage and resolves when all are healthy. From then on each is restarted when it ends by
 * itself, within the limits, while the others run on. Throws StartupError, or the abort reason of `signal`, with
 * everything stopped.
 */
export async function startLocalNetwork(
  options: LocalNetworkOptions,
  dependencies: { readonly clock: Clock; readonly tell: (news: NetworkNews) => void; readonly signal: AbortSignal },
): Promise<LocalNetwork> {
  const stopping = new AbortController();
  const signal = AbortSignal.any([dependencies.signal, stopping.signal]);
  const lives: Promise<void>[] = [];
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(lives);
  };
  const stages = Map.groupBy(options.services, ({ stage }) => stage);
  try {
    for (const stage of [...stages.keys()].toSorted((a, b) => a - b)) {
      const started = (stages.get(stage) ?? []).map((service) => {
        const up = Promise.withResolvers<void>();
        lives.push(keepAlive(service, options, { ...dependencies, signal, up }));
        return up.promise;
      });
      await Promise.all(started);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { allEnded: Promise.all(lives).then(() => undefined), stop };
}

interface Life {
  readonly clock: Clock;
  readonly tell: (news: NetworkNews) => void;
  /** Ends this life. */
  readonly signal: AbortSignal;
  /** Settled once: when the service is healthy for the first time, or failed to become so. */
  readonly up: PromiseWithResolvers<void>;
}

/** One service from its first start until the stop, or until it is given up. Never rejects. */
async function keepAlive(service: Service, options: LocalNetworkOptions, life: Life): Promise<void> {
  const log = openServiceLog(join(options.logDir, `${service.name}.log`));
  const endsMs: number[] = [];
  const vital = service.need !== "extra";
  // An extra keeps nobody waiting, and nobody from starting.
  if (!vital) life.up.resolve();
  try {
    for (;;) {
      const how = await runOnce(service, options, log, { ...life, first: vital && endsMs.length === 0 });
      life.tell({ kind: "ended", service, how, lastLines: log.lastLines() });
      endsMs.push(life.clock.now());
      const next = afterEnd(endsMs, life.clock.now(), options.restarts ?? defaultRestartLimits);
      if (next.kind === "give-up") {
        life.tell({ kind: "given-up", service });
        return;
      }
      life.tell({ kind: "restarting", service, inMs: next.inMs, attempt: next.attempt });
      await pause(life.clock, next.inMs, life.signal);
    }
  } catch (error) {
    // Stopped, or not come up: whoever waits for the start hears which; afterwards nobody waits and this does nothing.
    life.up.reject(error);
  } finally {
    await log.close();
  }
}

/** Runs a service once; resolves with how it ended by itself. Rejects when stopped or when its first start failed. */
async function runOnce(
  service: Service,
  options: LocalNetworkOptions,
  log: ServiceLog,
  life: Life & { readonly first: boolean },
): Promise<string> {
  const { clock, signal } = life;
  const startedAtMs = clock.now();
  const running = startService(service, options.cwd, log, clock);
  try {
    const deadlineMs = options.healthDeadlineMs ?? 60_000;
    const failure = await untilHealthy(service, running, { deadlineMs, signal }, clock);
    if (failure !== undefined) {
      if (life.first) throw new StartupError(service, failure, log.lastLines());
      return failure;
    }
    life.tell({ kind: "healthy", service, tookMs: clock.now() - startedAtMs, pid: running.pid });
    life.up.resolve();
    const how = await endedOrStopped(running, signal);
    await pause(clock, STOP_MAY_FOLLOW_MS, signal);
    return how;
  } finally {
    await running.stop(options.stopDeadlineMs ?? 8_000);
  }
}

/** How a program ended; rejects with the abort reason as soon as we are to stop. */
function endedOrStopped(running: ServiceProcess, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    void running.ended.then((how) => {
      signal.removeEventListener("abort", abort);
      resolve(how);
    });
  });
}
