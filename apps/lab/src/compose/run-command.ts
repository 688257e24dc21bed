import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import { LabError } from "../netns/requirements.ts";

/** How a program is run. */
export interface RunOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Everything it writes goes here too. */
  readonly logFile?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly folder?: string;
}

/** What a program that ended with 0 wrote to its standard output. */
export async function runCommand(command: readonly string[], options: RunOptions): Promise<string> {
  const [program = "", ...args] = command;
  const { timeoutMs, signal, logFile, environment, folder } = options;
  // A process group of its own: a program that was told to stop takes those it started with it.
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
    ...(environment === undefined ? {} : { env: environment }),
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  const output = { out: "", all: "" };
  const take = (piece: string, stream: "out" | "err"): void => {
    if (stream === "out") output.out += piece;
    output.all = (output.all + piece).slice(-LAST_CHARACTERS);
    if (logFile !== undefined) appendFileSync(logFile, piece);
  };
  child.stdout.setEncoding("utf8").on("data", (piece: string) => take(piece, "out"));
  child.stderr.setEncoding("utf8").on("data", (piece: string) => take(piece, "err"));
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const how = await ended(child, bounded);
  if (how === 0) return output.out;
  signal.throwIfAborted();
  const reason = bounded.aborted ? `took longer than ${timeoutMs / 1000} s` : `failed (${how})`;
  throw new LabError(`${command.slice(0, 3).join(" ")} … ${reason}: ${lastLines(output.all)}`);
}

/** Whether a program ends with 0. */
export async function succeeds(command: readonly string[], options: RunOptions): Promise<boolean> {
  try {
    await runCommand(command, options);
    return true;
  } catch {
    options.signal.throwIfAborted();
    return false;
  }
}

/** Kept of what a program says, in characters, to quote when it fails. */
const LAST_CHARACTERS = 8_192;
const LINES_QUOTED = 12;

function lastLines(text: string): string {
  const lines = text.trim().split("\n");
  return lines.slice(-LINES_QUOTED).join("\n");
}

function ended(child: ChildProcess, signal: AbortSignal): Promise<number | string> {
  return new Promise((resolve) => {
    const kill = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // The whole group has ended.
      }
    };
    signal.addEventListener("abort", kill, { once: true });
    if (signal.aborted) kill();
    const done = (how: number | string): void => {
      signal.removeEventListener("abort", kill);
      resolve(how);
    };
    child.once("error", (error) => done(error.message));
    child.once("close", (code, by) => done(code ?? by ?? "no code"));
  });
}
