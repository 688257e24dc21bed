import type { Logger } from "pino";

/** Longest a graceful stop may take, in ms, before the process ends anyway. */
const STOP_DEADLINE_MS = 8_000;

/**
 * Keeps a daemon running until SIGINT or SIGTERM, then stops it gracefully and ends the process: code 0, or 1 when the
 * stop failed or took too long. Rejections nobody caught (a browser that left in the middle of a stream) are logged and
 * survived; an exception nobody caught ends the process, since its state is unknown.
 */
export function runUntilSignal(log: Logger, stop: () => Promise<void>): void {
  process.on("unhandledRejection", (reason) => log.error({ event: "process.unhandled-rejection", err: reason }));
  process.on("uncaughtException", (error) => {
    log.fatal({ event: "process.uncaught-exception", err: error });
    process.exitCode = 1;
    end(log, stop);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      log.info({ event: "process.stopping", signal });
      end(log, stop);
    });
  }
}

function end(log: Logger, stop: () => Promise<void>): void {
  const deadline = setTimeout(() => {
    log.error({ event: "process.stop-too-slow", afterMs: STOP_DEADLINE_MS });
    process.exit(1);
  }, STOP_DEADLINE_MS);
  stop()
    .catch((error: unknown) => {
      log.error({ event: "process.stop-failed", err: error });
      process.exitCode = 1;
    })
    .finally(() => {
      clearTimeout(deadline);
      process.exit();
    });
}
