import { mkdirSync, readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { systemClock, systemRandom } from "@skein/core";
import type { CallRelay } from "@skein/relay";
import { type Logger, pino } from "pino";
import { collectDefaultMetrics } from "prom-client";
import { type CentralConfig, readConfig } from "./config.ts";
import { startRelayService } from "./relay-service.ts";
import { type CentralServer, startCentralServer } from "./server.ts";
import { settingsHelp } from "./settings.ts";

/** The process of the central server: configuration, signals, exit codes (0 stopped, 1 could not run, 2 bad input). */

/** Nothing may take longer to stop than this, ms. */
const STOP_DEADLINE_MS = 5_000;

function quit(code: 1 | 2, message: string): never {
  process.stderr.write(`skein-central: ${message}\n`);
  process.exit(code);
}

function prepare(config: CentralConfig): void {
  try {
    mkdirSync(config.dataDirectory, { recursive: true, mode: 0o700 });
  } catch (error) {
    quit(2, `cannot make the data directory ${config.dataDirectory} (${codeOf(error)})`);
  }
  if (config.tls !== undefined) {
    try {
      createSecureContext({ cert: config.tls.certificate, key: config.tls.key });
    } catch (error) {
      quit(2, `the certificate and its key cannot be used (${codeOf(error)})`);
    }
  }
}

async function run(config: CentralConfig, log: Logger): Promise<void> {
  const clock = systemClock;
  const random = systemRandom;
  let relay: CallRelay | undefined;
  let server: CentralServer;
  try {
    relay = config.relay === undefined ? undefined : await startRelayService(config.relay, { clock, random });
    server = await startCentralServer(serverOptions(config), {
      clock,
      random,
      log,
      ...(relay === undefined ? {} : { relay }),
    });
  } catch (error) {
    await relay?.close();
    quit(1, `cannot start: ${error instanceof Error ? error.message : String(error)}`);
  }
  collectDefaultMetrics({ register: server.registry });
  log.info({ url: server.url, turnPort: relay?.port }, "listening");

  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => quit(1, "stopping took too long"), STOP_DEADLINE_MS).unref();
    await Promise.all([server.stop(), relay?.close()]);
    log.info("stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      stop(signal).catch((error: unknown) => quit(1, `stopping failed: ${String(error)}`));
    });
}

function serverOptions(config: CentralConfig): Parameters<typeof startCentralServer>[0] {
  const { relay: _relay, logLevel: _logLevel, maxSessions, maxSessionsPerAddress, ...options } = config;
  const limits = {
    ...(maxSessions === undefined ? {} : { maxSessions }),
    ...(maxSessionsPerAddress === undefined ? {} : { maxSessionsPerAddress }),
  };
  return { ...options, limits };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

const outcome = readConfig(
  { flags: process.argv.slice(2), environment: process.env },
  { readFile: (path) => readFileSync(path, "utf8") },
);
if (outcome.kind === "help") {
  process.stdout.write(settingsHelp());
} else if (outcome.kind === "mistake") {
  quit(2, outcome.message);
} else {
  // Synchronous: the last lines before the end are the ones that explain it.
  const log = pino({ name: "skein-central", level: outcome.config.logLevel }, pino.destination({ fd: 1, sync: true }));
  // A promise nobody caught is a bug to log, not a reason to drop every call.
  process.on("unhandledRejection", (error) => log.error({ error: String(error) }, "unhandled rejection"));
  prepare(outcome.config);
  await run(outcome.config, log);
}
