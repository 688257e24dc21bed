/** The steps of `npm test` and `npm run check`: what runs, in which order, and what each adds to the count. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { buildDaemon, buildPage } from "./builds.mjs";
import { INTERRUPTED, root, runQuietly, runShown, stateDir } from "./command.mjs";
import { seconds } from "./progress.mjs";
import { add, isGood, lastLine, nothing, tallyOfVitest } from "./tally.mjs";

/** @typedef {import("./tally.mjs").Tally} Tally */
/** @typedef {{ name: string, run: () => Promise<Tally> }} Step */

const LONGEST_TESTS_MS = 30 * 60_000;
const E2E_CONFIG = "apps/lab/e2e/vitest.config.ts";

/** @param {boolean} passed @returns {Tally} */
const one = (passed) => (passed ? { ...nothing, passed: 1 } : { ...nothing, failed: 1 });

/**
 * A check that passes or fails as a whole.
 *
 * @param {string} name
 * @param {string[][]} commands
 * @returns {Step}
 */
function check(name, commands) {
  return {
    name,
    run: async () => one((await runQuietly({ doing: name, done: name, log: name, commands })).code === 0),
  };
}

/**
 * @param {string} name
 * @param {string[]} args
 * @returns {Step}
 */
function vitest(name, args) {
  const report = join(stateDir, "test", `${name}.json`);
  return {
    name,
    async run() {
      mkdirSync(join(stateDir, "test"), { recursive: true });
      rmSync(report, { force: true });
      const command = [
        "vitest",
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
        ...args,
      ];
      const startedAt = Date.now();
      const code = await runShown(command, { timeoutMs: LONGEST_TESTS_MS });
      console.log(`${code === 0 ? "✓" : "✗"} ${name} tests (${seconds(Date.now() - startedAt)})\n`);
      return tallyOfVitest(existsSync(report) ? readFileSync(report, "utf8") : undefined, code);
    },
  };
}

/** @returns {Step[]} */
export function checkSteps() {
  return [
    // pnpm is run by npx with its version in tools/run/install.mjs, so the root names no package manager.
    check("lint", [
      ["biome", "ci", "--colors=off", "."],
      ["sherif", "-r", "root-package-manager-field"],
    ]),
    check("types", [["tsc", "-b"]]),
    check("unused", [["knip", "--no-progress"]]),
  ];
}

/**
 * Everything, or only the tests whose path contains one of the words.
 *
 * @param {string[]} words
 * @returns {Step[]}
 */
export function testSteps(words) {
  const filter = words.length === 0 ? [] : ["--passWithNoTests", ...words];
  const tests = [vitest("unit", filter)];
  if (existsSync(join(root, E2E_CONFIG))) tests.push(vitest("e2e", ["--config", E2E_CONFIG, ...filter]));
  const size = check("size", [["size-limit"]]);
  const built = async () => (await buildPage()) && (await buildDaemon());
  const page = { name: "size", run: async () => ((await built()) ? await size.run() : one(false)) };
  return words.length === 0 ? [...checkSteps(), page, ...tests] : [page, ...tests];
}

/**
 * Runs every step, whatever the earlier ones gave, and ends with the count alone on the last line.
 *
 * @param {Step[]} steps
 * @returns {Promise<number>} the exit code
 */
export async function runSteps(steps) {
  let interrupted = false;
  const stop = () => {
    interrupted = true;
  };
  process.on("SIGINT", stop).on("SIGTERM", stop);
  let total = nothing;
  /** @type {string[]} */
  const failedSteps = [];
  for (const step of steps) {
    const tally = await step.run();
    if (interrupted) return INTERRUPTED;
    if (tally.failed > 0) failedSteps.push(step.name);
    total = add(total, tally);
  }
  process.off("SIGINT", stop).off("SIGTERM", stop);
  if (failedSteps.length > 0) console.log(`✗ failed: ${failedSteps.join(", ")}`);
  console.log(lastLine(total));
  return isGood(total) ? 0 : 1;
}
