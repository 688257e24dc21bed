import { expect, test } from "vitest";
import { runCommand, succeeds } from "./run-command.ts";

const options = { timeoutMs: 5_000, signal: new AbortController().signal };

test("output is given; a failure quotes what was said last", async () => {
  expect(await runCommand(["sh", "-c", "echo out; echo complaint >&2"], options)).toBe("out\n");
  await expect(runCommand(["sh", "-c", "echo no space left >&2; exit 3"], options)).rejects.toThrow(
    /failed \(3\): no space left/,
  );
  expect(await succeeds(["false"], options)).toBe(false);
  expect(await succeeds(["no-such-program-here"], options)).toBe(false);
});

test("what takes too long is ended with all it started, and so is what is interrupted", async () => {
  // The inner shell would keep the pipe open: only its end lets us go on.
  const stubborn = ["sh", "-c", "sh -c 'sleep 60; true'; true"];
  await expect(runCommand(stubborn, { ...options, timeoutMs: 100 })).rejects.toThrow("took longer than 0.1 s");
  const interruption = new AbortController();
  const interrupted = runCommand(stubborn, { ...options, signal: interruption.signal });
  interruption.abort(new Error("enough"));
  await expect(interrupted).rejects.toThrow("enough");
});
