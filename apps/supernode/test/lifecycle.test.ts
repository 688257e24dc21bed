import { expect, test } from "vitest";
import { type Program, runProgram } from "./program.ts";

async function faulty(manner: string): Promise<Program> {
  const program = runProgram("test/faulty-daemon.ts", [manner]);
  await program.logged("faulty.up");
  return program;
}

test.each(["SIGTERM", "SIGINT"] as const)("[SU10] %s stops the daemon gracefully, with code 0", async (signal) => {
  const daemon = await faulty("well");
  daemon.process.kill(signal);
  expect(await daemon.ended).toEqual({ code: 0, errors: "" });
  expect(daemon.log.map(({ event }) => event)).toEqual(["faulty.up", "process.stopping", "faulty.stopped"]);
});

test.each([
  ["fails", "process.stop-failed"],
  ["never", "process.stop-too-slow"],
] as const)("[SU10] a stop that %s ends with code 1 all the same", async (manner, event) => {
  const daemon = await faulty(manner);
  daemon.process.kill("SIGTERM");
  await daemon.logged(event);
  expect((await daemon.ended).code).toBe(1);
});

test("[SU10] a second signal ends it at once", async () => {
  const daemon = await faulty("never");
  daemon.process.kill("SIGTERM");
  await daemon.logged("process.stopping");
  daemon.process.kill("SIGINT");
  expect((await daemon.ended).code).toBe(1);
  expect(daemon.log.map(({ event }) => event)).not.toContain("process.stop-too-slow");
});

test("[SU15] a rejection nobody caught is logged and survived", async () => {
  const daemon = await faulty("well");
  daemon.process.send("reject");
  const line = await daemon.logged("process.unhandled-rejection");
  expect(line).toMatchObject({ level: 50, err: { message: "nobody waits for this" } });
  daemon.process.send("ping");
  await daemon.logged("faulty.pong");
  daemon.process.kill("SIGTERM");
  expect((await daemon.ended).code).toBe(0);
});

test("[SU15] an exception nobody caught is logged and stops the daemon, with code 1 for its supervisor", async () => {
  const daemon = await faulty("well");
  daemon.process.send("throw");
  const line = await daemon.logged("process.uncaught-exception");
  expect(line).toMatchObject({ level: 60, err: { message: "in the middle of something" } });
  await daemon.logged("faulty.stopped");
  expect((await daemon.ended).code).toBe(1);
});
