import type { Report, SkeinEvent } from "@skein/core";
import pino, { type Level, type Logger } from "pino";

/** Levels a log may be set to, the most talkative first. */
export const LOG_LEVELS: readonly string[] = ["trace", "debug", "info", "warn", "error"];

/** Level of each event that is not `debug`; see docs/architecture.md for the rubric. */
const LEVELS: Partial<Record<SkeinEvent["name"], Level>> = {
  "net.status": "info",
  "net.supernode.connected": "info",
  "net.supernode.lost": "warn",
  "election.changed": "info",
  "election.failed": "error",
  "election.look-failed": "warn",
  "election.notice": "info",
  "election.verdict": "debug",
  "record.refused": "warn",
  "peer.bad-message": "warn",
};

/**
 * Makes the program's log: JSON lines on standard output, or on standard error where that is for other lines, each written
 * before the call returns, so that the last words of a process that ends are there, and in order. Throws when the level is
 * none of {@link LOG_LEVELS}.
 */
export function createLog(options: {
  readonly level: string;
  readonly name: string;
  readonly to?: "stdout" | "stderr";
}): Logger {
  return pino(
    { level: options.level, base: { name: options.name }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: options.to === "stderr" ? 2 : 1, sync: true }),
  );
}

/** A report that writes each event as one log line, its name in `event`. */
export function reportTo(log: Logger): Report {
  return ({ name, ...fields }) => log[LEVELS[name] ?? "debug"]({ event: name, ...fields });
}
