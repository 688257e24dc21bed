/** Running other programs from the project's root: shown as they run, or quietly with their output kept in a log. */
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { startProgress } from "./progress.mjs";

/** The project's root folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where logs, reports and the local network's state go; git-ignored. */
export const stateDir = join(root, ".skein");

/** No step of ours takes this long unless it hangs. */
const LONGEST_STEP_MS = 30 * 60_000;
const LINES_SHOWN_ON_FAILURE = 60;

/** The exit code of a program that was ended by Ctrl-C, as shells give it. */
export const INTERRUPTED = 130;

/**
 * Waits for a child. A signal to us is passed on and ends the child; we then wait for it, so that nothing is left behind.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @param {{ timeoutMs?: number }} options
 * @returns {Promise<number>} its exit code; 127 where it could not be started
 */
function finished(child, { timeoutMs }) {
  return new Promise((resolve) => {
    let interrupted = false;
    const passOn = () => {
      interrupted = true;
      child.kill("SIGTERM");
    };
    const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
    for (const signal of signals) process.on(signal, passOn);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    /** @param {number} code */
    const done = (code) => {
      clearTimeout(timer);
      for (const signal of signals) process.off(signal, passOn);
      resolve(code);
    };
    child.once("error", () => done(127));
    // A program that handles the signal and leaves with 0 has done what it was asked.
    child.once("close", (code) => done(code ?? (interrupted ? INTERRUPTED : 1)));
  });
}

/**
 * Runs a program on our terminal.
 *
 * @param {string[]} command
 * @param {{ timeoutMs?: number }} [options]
 * @returns {Promise<number>} its exit code
 */
export async function runShown(command, options = {}) {
  const [program = "", ...args] = command;
  return await finished(spawn(program, args, { cwd: root, stdio: "inherit" }), options);
}

/**
 * Runs programs one after another behind one line of progress, their output in a log; stops at the first that fails and
 * then shows the end of the log.
 *
 * @param {{ doing: string, done: string, log: string, commands: string[][], cwd?: string }} job
 * @returns {Promise<{ code: number, output: string }>} the last exit code and all output
 */
export async function runQuietly(job) {
  const logFile = join(stateDir, "log", `${job.log}.log`);
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile);
  const progress = startProgress(job.doing);
  let code = 0;
  for (const [program = "", ...args] of job.commands) {
    const child = spawn(program, args, { cwd: job.cwd ?? root, stdio: ["ignore", "pipe", "pipe"] });
    child.once("error", (error) => log.write(`${program}: ${error.message}\n`));
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    code = await finished(child, { timeoutMs: LONGEST_STEP_MS });
    if (code !== 0) break;
  }
  await new Promise((resolve) => log.end(resolve));
  const output = readFileSync(logFile, "utf8");
  if (code === 0) progress.succeeded(job.done);
  else {
    progress.failed(`${job.doing} failed`);
    const lines = output.trimEnd().split("\n");
    if (lines.length > LINES_SHOWN_ON_FAILURE) console.error(`    … the whole output is in ${logFile}`);
    console.error(lines.slice(-LINES_SHOWN_ON_FAILURE).join("\n"));
  }
  return { code, output };
}
