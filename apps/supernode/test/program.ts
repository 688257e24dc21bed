import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** One line of a program's log. */
export type LogLine = { readonly event?: string } & Readonly<Record<string, unknown>>;

/** A program under test in a process of its own. It is killed when the test ends. */
export interface Program {
  readonly process: ChildProcess;
  /** Lines logged so far. */
  readonly log: readonly LogLine[];
  /** Resolves with the first line of this event; rejects when the program ends before. */
  logged(event: string): Promise<LogLine>;
  /** Resolves when it has ended: its exit code and what it wrote to standard error. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>;
}

/** Runs a TypeScript file of this app. `path` is relative to the app's folder. */
export function runProgram(
  path: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Program {
  const child = spawn(process.execPath, [fileURLToPath(new URL(`../${path}`, import.meta.url)), ...args], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    env: { PATH: process.env.PATH, ...environment },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const log: LogLine[] = [];
  const waiting = new Set<(line: LogLine | undefined) => void>();
  createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on("line", (text) => {
    const line: LogLine = text.startsWith("{") ? JSON.parse(text) : { event: "text", text };
    log.push(line);
    for (const look of waiting) look(line);
  });
  let errors = "";
  child.stderr?.on("data", (piece) => {
    errors += piece;
  });
  const ended = once(child, "close").then(([code]) => {
    for (const look of waiting) look(undefined);
    return { code: code as number | null, errors };
  });
  return {
    process: child,
    log,
    ended,
    logged: (event) =>
      new Promise((resolve, reject) => {
        const look = (line: LogLine | undefined): void => {
          if (line === undefined) reject(new Error(`it ended before ${event}: ${errors}`));
          else if (line.event === event) resolve(line);
          else return;
          waiting.delete(look);
        };
        waiting.add(look);
        for (const line of log) look(line);
      }),
  };
}

/** Runs `skein` with these arguments. */
export function skein(args: readonly string[], environment?: Readonly<Record<string, string>>): Program {
  return runProgram("src/main.ts", args, environment);
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "skein-supernode-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
