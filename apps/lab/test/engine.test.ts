import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { systemClock } from "@skein/core";
import { describe, expect, test, vi } from "vitest";
import { layOutBase } from "../src/compose/base-image.ts";
import { startEngine } from "../src/compose/engine.ts";
import { findObstacle } from "../src/compose/obstacles.ts";
import { type RunOptions, runCommand } from "../src/compose/run-command.ts";
import { openWorkplace } from "../src/compose/workplace.ts";
import { systemEnvironment } from "../src/netns/commands.ts";

const obstacle = await findObstacle(AbortSignal.timeout(10_000));
const RUNNER = fileURLToPath(new URL("./engine-runner.ts", import.meta.url));

/** Processes that have this folder on their command line, and mounts below it. */
function tracesOf(folder: string): readonly string[] {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => line.includes(folder));
  const processes = readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return line.includes(folder) ? [line] : [];
    } catch {
      return [];
    }
  });
  return [...processes, ...mounts];
}

const optionsFor = (folder: string): RunOptions => ({
  timeoutMs: 30_000,
  signal: new AbortController().signal,
  environment: { ...systemEnvironment(), DOCKER_HOST: `unix://${join(folder, "socket")}`, DOCKER_CONFIG: folder },
});

const title = `an engine of our own${obstacle === undefined ? "" : ` (skipped: ${obstacle})`}`;

describe.skipIf(obstacle !== undefined)(title, { timeout: 120_000 }, () => {
  test("runs containers of a base made of this machine, without a way out, and leaves nothing", async () => {
    const place = openWorkplace();
    const engine = await startEngine(
      { outside: "none", place },
      { clock: systemClock, signal: new AbortController().signal },
    );
    try {
      const run = optionsFor(place.folder);
      const base = join(place.folder, "base");
      mkdirSync(base);
      await layOutBase(base, process.execPath, run);
      await runCommand(["tar", "-C", base, "-c", "-f", `${base}.tar`, "."], run);
      await runCommand(["docker", "import", `${base}.tar`, "base"], run);
      const inside = (network: string, command: string): Promise<string> =>
        runCommand(["docker", "run", "--rm", "--network", network, "base", "sh", "-c", command], run);
      expect(await inside("bridge", "node --version; nft --version; npm --version")).toContain(process.version);
      // The engine's own network has no device but loopback and its bridge, and so no route out.
      expect(await inside("host", "ip -o link show | sed 's/^[0-9]*: //; s/:.*//'")).toBe("lo\ndocker0\n");
      expect(await inside("host", "ip route show default")).toBe("");
    } finally {
      await engine.stop();
    }
    expect(tracesOf(place.folder)).toEqual([]);
    place.remove();
    expect(existsSync(place.folder)).toBe(false);
  });

  test("dies with whoever started it, even by SIGKILL, and the next run removes what it stored", async () => {
    const runner = spawn(process.execPath, [RUNNER], { stdio: ["ignore", "pipe", "inherit"] });
    const [folder] = (await once(createInterface({ input: runner.stdout }), "line")) as [string];
    expect(tracesOf(folder).length).toBeGreaterThan(2);
    runner.kill("SIGKILL");
    await vi.waitUntil(() => tracesOf(folder).length === 0, { timeout: 10_000, interval: 50 });
    expect(existsSync(folder)).toBe(true);
    const next = openWorkplace();
    next.remove();
    expect(existsSync(folder)).toBe(false);
  });
});
