#!/usr/bin/env node
/**
 * The front door: `npm start`, `npm test`, `npm run bench`, `npm run check`, `npm run lab`,
 * `npm run sim:election`.
 *
 * Plain JavaScript without dependencies, because it runs before anything is installed, on whatever Node (20 or newer) the
 * machine has. It installs when needed and runs the real thing under the pinned Node 24.
 */
import process from "node:process";
import { ensureChromium, ensureFirefox, offerFirefox } from "./run/browsers.mjs";
import { ensureDaemon, ensurePage } from "./run/builds.mjs";
import { runShown } from "./run/command.mjs";
import { ensureInstalled, toolEnv } from "./run/install.mjs";
import { ensureLabPrograms, offerLabPrograms } from "./run/lab-programs.mjs";
import { PlainError } from "./run/plain-error.mjs";
import { checkSteps, runSteps, testSteps } from "./run/steps.mjs";

const USAGE = `usage: npm start [-- --port N --base-port N]   a local network and the page
       npm test [-- WORD…]                      every check and test, or the tests whose path contains a word
       npm run check                            lint, types, unused code
       npm run bench [-- --json]                p2p and central side by side
       npm run bench:index [-- --json]          finding people, 40 supernodes behind 25 ms (root)
       npm run bench:supernode [-- --json]      how many leaves one supernode carries, and what they cost
       npm run lab -- up|down|list|shell|run    test networks (root); npm run lab says more
       npm run lab:selfcheck [-- --json]        every kind of gateway and link, probed
       npm run lab:presence [-- --json]         how soon people are there, and are missed
       npm run lab:idle [-- --json]             what an idle page costs by the hour
       npm run lab:election [-- --json]         supernodes elect themselves among real processes
       npm run sim:election [-- --json|--sweep] ten thousand nodes elect supernodes, in memory`;

const OLDEST_NODE = 20;

/** @type {Record<string, (args: string[]) => Promise<number>>} */
const commands = {
  async start(args) {
    await ensureInstalled();
    await ensurePage();
    await ensureDaemon();
    return await runShown(["node", "apps/lab/src/local-network.ts", ...args]);
  },
  async test(args) {
    await ensureInstalled();
    await ensureChromium();
    await offerFirefox();
    await offerLabPrograms();
    return await runSteps(testSteps(args));
  },
  async check() {
    await ensureInstalled();
    return await runSteps(checkSteps());
  },
  async bench(args) {
    await ensureInstalled();
    await ensureChromium();
    await ensurePage();
    await ensureDaemon();
    return await runShown(["node", "apps/lab/src/bench-call.ts", ...args]);
  },
  async "bench:supernode"(args) {
    await ensureInstalled();
    await ensureDaemon();
    return await runShown(["node", "apps/lab/src/bench-supernode.ts", ...args]);
  },
  async "sim:election"(args) {
    await ensureInstalled();
    return await runShown(["node", "apps/lab/src/sim-election.ts", ...args]);
  },
  lab,
  async "lab:compose"(args) {
    await ensureInstalled();
    return await runShown(["node", "apps/lab/src/lab-compose.ts", ...args]);
  },
  "lab:idle": (args) => lab(["run", "idle", ...args]),
  "lab:presence": (args) => lab(["run", "presence", ...args]),
  "lab:selfcheck": (args) => lab(["selfcheck", ...args]),
  "lab:election": (args) => lab(["run", "election", ...args]),
  "lab:setup": (args) => lab(["run", "setup", ...args]),
  "bench:index": (args) => lab(["run", "index", ...args]),
};

/** Scenarios with people in them: they need a browser. */
const WITH_PEOPLE = ["calls", "idle", "setup"];

/** Scenarios with the product in them: they need the page to be built, its host lists the supernodes. */
const WITH_PAGE = [...WITH_PEOPLE, "election", "presence"];

/** @param {string[]} args */
async function lab(args) {
  await ensureInstalled();
  await ensureLabPrograms();
  const scenario = args[0] === "run" ? (args[1] ?? "") : "";
  if (WITH_PEOPLE.includes(scenario)) await ensureChromium();
  if (scenario === "calls") await ensureFirefox();
  if (WITH_PAGE.includes(scenario)) {
    await ensurePage();
    await ensureDaemon();
  }
  return await runShown(["node", "apps/lab/src/skein-lab.ts", ...args]);
}

async function main() {
  const [name = "", ...rest] = process.argv.slice(2);
  const command = commands[name];
  if (!command) {
    console.error(USAGE);
    return name === "--help" ? 0 : 2;
  }
  if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
    throw new PlainError(`This needs Node ${OLDEST_NODE} or newer to begin with; this is ${process.version}.`);
  }
  Object.assign(process.env, toolEnv());
  return await command(rest[0] === "--" ? rest.slice(1) : rest);
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof PlainError)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = error.exitCode;
}
