import { runDaemon } from "../src/lifecycle.ts";
import { createLog } from "../src/log.ts";

/** A daemon that does nothing but the faults it is told of, by messages from the test. */
const log = createLog({ level: "info", name: "faulty" });
const stop: Record<string, () => Promise<void>> = {
  well: async () => log.info({ event: "faulty.stopped" }),
  never: () => new Promise<void>(() => {}),
  fails: () => Promise.reject(new Error("the disk is gone")),
};
const manner = process.argv[2] ?? "well";

process.on("message", (fault) => {
  if (fault === "reject") void Promise.reject(new Error("nobody waits for this"));
  if (fault === "throw")
    setImmediate(() => {
      throw new Error("in the middle of something");
    });
  if (fault === "ping") log.info({ event: "faulty.pong" });
});

await runDaemon(
  async () => {
    log.info({ event: "faulty.up" });
    return { stop: stop[manner] ?? (() => Promise.resolve()) };
  },
  { log, stopWithinMs: 200 },
);
