import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { systemClock } from "@skein/core";
import { expect, onTestFinished, test } from "vitest";
import { endProcesses, identify, isRunning, type ProcessIdentity, signalTo } from "./processes.ts";

async function started(script: string): Promise<ProcessIdentity> {
  const child = spawn(process.execPath, ["-e", `${script}; console.log("ready"); process.stdin.resume()`]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return identify(child.pid ?? 0) as ProcessIdentity;
}

test.runIf(process.platform === "linux")(
  "[LB15] a process that only has the number of one of ours is left alone",
  async () => {
    const stranger = await started("");
    const ours = { pid: stranger.pid, startedTicks: stranger.startedTicks - 1 };
    expect(isRunning(ours)).toBe(false);
    signalTo(ours, "SIGKILL");
    await endProcesses(() => [ours].filter(isRunning), { graceMs: 10, clock: systemClock });
    expect(isRunning(stranger)).toBe(true);
  },
);

test.runIf(process.platform === "linux")("[LB15] what does not end when asked is killed", async () => {
  const stubborn = await started(`process.on("SIGTERM", () => {})`);
  await endProcesses(() => [stubborn].filter(isRunning), { graceMs: 100, clock: systemClock });
  expect(isRunning(stubborn)).toBe(false);
});
