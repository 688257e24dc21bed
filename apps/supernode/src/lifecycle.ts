import type { Logger } from "pino";
import type { Daemon } from "./daemon.ts";

/** Longest a graceful stop may take, in ms, before the process ends anyway. Service managers kill after 10 s or more. */
const STOP_DEADLINE_MS = 8_000;

/**
 * Starts a daemon and runs it until SIGINT or SIGTERM, then stops it gracefully and ends the process: code 0, or 1 when the
 * stop failed or took too long. A second signal ends it at once. Rejects what `start` rejects.
 *
 * A rejection nobody caught (a browser that left in the middle of a stream) is logged and survived: no state was half
 * changed by it. An exception nobody caught was thrown in the middle of something, so the process stops, with code 1, and
 * its supervisor starts it anew.
 */
export async function runDaemon(
  start: () => Promise<Daemon>,
  { log, stopWithinMs = STOP_DEADLINE_MS }: { readonly log: Logger; readonly stopWithinMs?: number },
): Promise<void> {
  process.on("unhandledRejection", (reason) => log.error({ event: "process.unhandled-rejection", err: reason }));
  // A turn later: a signal that comes while it starts finds its handler.
  const starting = Promise.resolve().then(start);
  let ending: "no" | "yes" = "no";
  const end = (): void => {
    if (ending === "yes") process.exit(1);
    ending = "yes";
    setTimeout(() => {
      log.error({ event: "process.stop-too-slow", afterMs: stopWithinMs });
      process.exit(1);
    }, stopWithinMs);
    void stopAndExit(log, starting);
  };
  process.on("uncaughtException", (error) => {
    log.fatal({ event: "process.uncaught-exception", err: error });
    process.exitCode = 1;
    if (ending === "no") end();
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      log.info({ event: "process.stopping", signal });
      end();
    });
  }
  await starting;
}

async function stopAndExit(log: Logger, starting: Promise<Daemon>): Promise<void> {
  try {
    const daemon = await starting;
    await daemon.stop();
  } catch (error) {
    log.error({ event: "process.stop-failed", err: error });
    process.exitCode = 1;
  }
  process.exit();
}
