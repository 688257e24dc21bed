import type { Report, SkeinEvent } from "@skein/core";
import pino, { type Level, type Logger } from "pino";

/** Level of each event that is not `debug`; see docs/architecture.md for the rubric. */
const LEVELS: Partial<Record<SkeinEvent["name"], Level>> = {
  "net.status": "info",
  "net.supernode.connected": "info",
  "net.supernode.lost": "warn",
  "record.refused": "warn",
  "peer.bad-message": "warn",
};

/** Makes the program's log: JSON lines on standard output. Throws `ConfigurationError`-free: pino checks the level. */
export function createLog(options: { readonly level: string; readonly name: string }): Logger {
  return pino({ level: options.level, base: { name: options.name }, timestamp: pino.stdTimeFunctions.isoTime });
}

/** A report that writes each event as one log line, its name in `event`. */
export function reportTo(log: Logger): Report {
  return ({ name, ...fields }) => log[LEVELS[name] ?? "debug"]({ event: name, ...fields });
}
