import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { until } from "@skein/core";
import { expect, onTestFinished, test } from "vitest";
import { createMember, deadline } from "./world.ts";

const MAIN = new URL("../src/main.ts", import.meta.url).pathname;

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), "skein-central-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function run(...flags: string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...flags], { env: { PATH: process.env.PATH }, stdio: "pipe" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function outcomeOf(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}

/** The fields of the first log line with this message. */
async function logLine(child: ChildProcess, message: string): Promise<Record<string, unknown>> {
  if (child.stdout === null) throw new Error("stdout is a pipe");
  for await (const line of createInterface({ input: child.stdout })) {
    const fields = JSON.parse(line) as { readonly msg: string } & Record<string, unknown>;
    if (fields.msg === message) return fields;
  }
  throw new Error(`it ended without ${message}`);
}

test("[CE60] bad input is one line on stderr and exit code 2", async () => {
  const outcomes = await Promise.all([
    outcomeOf(run("--port", "1")),
    outcomeOf(run("--data", MAIN, "--port", "0", "--turn-port", "0")),
    outcomeOf(run("--data", directory(), "--tls-cert", MAIN, "--tls-key", MAIN)),
  ]);
  for (const { code, stderr } of outcomes) {
    expect(code).toBe(2);
    expect(stderr).toMatch(/^skein-central: .+\n$/);
  }
});

test("[CE60] a port in use is one line and exit code 1", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as { port: number };
  const { code, stderr } = await outcomeOf(run("--data", directory(), "--port", `${port}`, "--turn-port", "0"));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^skein-central: cannot start: .*EADDRINUSE.*\n$/);
});

test("[CE61] the process serves clients and relay credentials, and stops on SIGTERM with code 0", async () => {
  const child = run("--data", directory(), "--port", "0", "--turn-port", "0", "--allow-private");
  const ended = outcomeOf(child);
  const { url, turnPort } = await logLine(child, "listening");
  const alice = createMember(String(url), "Alice");
  onTestFinished(() => alice.network.stop());
  await alice.network.start(deadline());
  const route = await alice.network.mediaRoute(alice.network.self, deadline());
  expect(route.iceServers[0]?.urls).toEqual([`turn:127.0.0.1:${String(turnPort)}?transport=udp`]);
  expect(route.iceServers[0]?.username).toMatch(/^\d+:[\w-]{22}$/);
  const host = new URL(String(url)).host;
  expect(await (await fetch(`http://${host}/metrics`)).text()).toContain("process_cpu_seconds_total");
  child.kill("SIGTERM");
  expect((await ended).code).toBe(0);
  const status = await until(alice.network.status, ({ kind }) => kind === "joining", deadline());
  expect(status).toMatchObject({ lastError: { message: expect.stringContaining("server stops") } });
});
