/**
 * `skein-lab`: test networks of network namespaces on this machine.
 *
 * Main path: `netns/topology.ts` (a network as data) → `netns/plan.ts` (the commands that build it) → `netns/build-lab.ts`
 * (build) → `netns/self-check.ts` (is it what it says?) → `netns/lab.ts` (use) → `netns/sweep.ts` (remove).
 *
 * @module
 */
import { spawn } from "node:child_process";
import process from "node:process";
import { parseArgs } from "node:util";
import { systemClock, systemRandom } from "@skein/core";
import { createSeededRandom } from "@skein/testkit";
import { buildLab } from "./netns/build-lab.ts";
import { systemEnvironment } from "./netns/commands.ts";
import { attachLab, type Lab } from "./netns/lab.ts";
import { labIds, readState } from "./netns/lab-state.ts";
import type { Depth } from "./netns/link-check.ts";
import { LabError } from "./netns/requirements.ts";
import type { Scenario } from "./netns/scenario.ts";
import { scenarios } from "./netns/scenarios.ts";
import { figuresOf, isAsDeclared, selfCheck, selfCheckTable } from "./netns/self-check.ts";
import { removeLab, sweep } from "./netns/sweep.ts";
import { topologies } from "./netns/topologies.ts";
import { type Topology, TopologyError } from "./netns/topology.ts";

const USAGE = `skein-lab: test networks on this machine, in network namespaces. Needs root.

  skein-lab up [TOPOLOGY]       builds one (two-homes) and leaves it; prints its id
  skein-lab down                removes all labs and what dead runs left
  skein-lab list                topologies, scenarios, and the labs that are up
  skein-lab shell HOST          a shell in a host of the lab that is up; or: shell HOST -- COMMAND …
  skein-lab run SCENARIO        a lab of its own, self-check, scenario, removal
  skein-lab selfcheck [TOPOLOGY]  builds one (every-kind), probes every gateway and link, removes it

  --json     the last line is one line of JSON: the figures
  --seed N   decides which packets are lost and what scenarios draw (1)
  --calls N  how many calls, or samples, a scenario makes for each figure
  --minutes N  how long a scenario counts
  --lab ID   which lab, for shell`;

const CANNOT = 1;
const INTERRUPTED = 130;
const MAX_COUNT = 1000;
const WRONG_USAGE = 2;
/** The lab is not what it should be, so nothing was tried in it. */
const SELF_CHECK_FAILED = 3;

interface CommandLine {
  readonly words: readonly string[];
  readonly output: "people" | "json";
  readonly seed: number;
  readonly labId: string | undefined;
  readonly calls: number | undefined;
  readonly minutes: number | undefined;
}

function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: "boolean" },
      seed: { type: "string" },
      lab: { type: "string" },
      calls: { type: "string" },
      minutes: { type: "string" },
      help: { type: "boolean" },
    },
  });
  const seed = Number(values.seed ?? "1");
  if (values.help || positionals.length === 0) return undefined;
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) throw new LabError("--seed is a number from 0 to 2³²−1");
  const calls = countOf("calls", values.calls);
  const minutes = countOf("minutes", values.minutes);
  return { words: positionals, output: values.json ? "json" : "people", seed, labId: values.lab, calls, minutes };
}

function countOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= MAX_COUNT) return count;
  throw new LabError(`--${name} is a number from 1 to ${MAX_COUNT}`);
}

function topologyCalled(name: string): Topology {
  const topology = topologies[name];
  if (topology === undefined)
    throw new LabError(`there is no topology ${name}; there are: ${Object.keys(topologies).join(", ")}`);
  return topology;
}

const build = (
  name: string,
  topology: Topology,
  life: "runner" | "standing",
  seed: number,
  signal: AbortSignal,
): Promise<Lab> =>
  buildLab({ topology, topologyName: name, life, seed }, { clock: systemClock, random: systemRandom, signal });

async function up(name: string, { seed }: CommandLine, signal: AbortSignal): Promise<number> {
  const startedAtMs = systemClock.now();
  const lab = await build(name, topologyCalled(name), "standing", seed, signal);
  console.log(`✓ lab ${lab.id} is up: ${name} (${((systemClock.now() - startedAtMs) / 1000).toFixed(1)} s)`);
  for (const host of lab.hosts) {
    const way =
      host.behind.length === 0 ? "at the internet" : `behind ${host.behind.join(" < ")}, seen as ${host.publicAddress}`;
    console.log(`  ${host.name.padEnd(12)} ${host.address.padEnd(15)} ${way}`);
  }
  lab.disconnect();
  console.log("\nskein-lab shell HOST opens a shell there; skein-lab down removes it.");
  return 0;
}

async function down(): Promise<number> {
  const standing = labIds().filter((labId) => readState(labId)?.owner.kind === "standing");
  const abandoned = await sweep(systemClock);
  for (const labId of standing) await removeLab(labId, systemClock);
  const others = labIds().length;
  console.log(
    `✓ removed ${standing.length + abandoned.length}${others > 0 ? `; ${others} in use by a run that goes on` : ""}`,
  );
  return 0;
}

function list(): number {
  console.log("topologies");
  for (const [name, { gateways, hosts }] of Object.entries(topologies)) {
    console.log(`  ${name.padEnd(14)} ${hosts.length} hosts, ${gateways.length} gateways`);
  }
  console.log("scenarios");
  for (const { name, about } of scenarios) console.log(`  ${name.padEnd(14)} ${about}`);
  console.log("labs");
  for (const labId of labIds()) {
    const state = readState(labId);
    if (state !== undefined) console.log(`  ${labId.padEnd(14)} ${state.topologyName}, ${state.owner.kind}`);
  }
  return 0;
}

async function shell(words: readonly string[], labId: string | undefined): Promise<number> {
  const [name, ...command] = words;
  const id = labId ?? labIds().find((each) => readState(each)?.owner.kind === "standing") ?? labIds()[0];
  if (name === undefined || id === undefined) throw new LabError("usage: skein-lab shell HOST, after skein-lab up");
  const lab = await attachLab(id, systemClock);
  const { namespace } = lab.host(name);
  lab.disconnect();
  const program = command.length > 0 ? command : [process.env.SHELL ?? "/bin/sh"];
  const child = spawn("ip", ["netns", "exec", namespace, ...program], { stdio: "inherit", env: systemEnvironment() });
  return await new Promise((resolve) => {
    child.once("error", () => resolve(CANNOT));
    child.once("close", (code) => resolve(code ?? CANNOT));
  });
}

/** What `--json` says where nothing could be measured. */
function unmeasured(reason: string): string {
  return JSON.stringify({ gateways: null, gatewaysRight: null, links: null, linksRight: null, reason });
}

/** Builds a lab and checks it; whoever gets it removes it. */
async function checkedLab(
  name: string,
  topology: Topology,
  depth: Depth,
  { seed, output }: CommandLine,
  signal: AbortSignal,
) {
  const lab = await build(name, topology, "runner", seed, signal);
  try {
    if (output === "people") console.log(`… checking ${lab.layout.topology.gateways.length} gateways and their links`);
    return { lab, check: await selfCheck(lab, depth, { clock: systemClock, signal }) };
  } catch (error) {
    await lab.down();
    throw error;
  }
}

async function check(name: string, line: CommandLine, signal: AbortSignal): Promise<number> {
  const { lab, check } = await checkedLab(name, topologyCalled(name), "full", line, signal);
  await using _ = lab;
  console.log(selfCheckTable(check));
  const figures = figuresOf(check);
  if (line.output === "json") console.log(JSON.stringify(figures));
  else {
    const { gateways, gatewaysRight, links, linksRight } = figures;
    console.log(`\ngateways ${gatewaysRight} of ${gateways} right, links ${linksRight} of ${links} right`);
  }
  return isAsDeclared(check) ? 0 : SELF_CHECK_FAILED;
}

function sayUnmeasured({ unmeasured }: Scenario, { output }: CommandLine, reason: string): void {
  if (output === "json" && unmeasured !== undefined) console.log(JSON.stringify(unmeasured(reason)));
}

async function run(scenario: Scenario, line: CommandLine, signal: AbortSignal): Promise<number> {
  const { lab, check } = await checkedLab(scenario.name, scenario.topology, "quick", line, signal);
  await using _ = lab;
  if (!isAsDeclared(check)) {
    console.log(`${selfCheckTable(check)}\n\n✗ the lab is not what it should be; ${scenario.name} was not run`);
    sayUnmeasured(scenario, line, "the lab failed its self-check");
    return SELF_CHECK_FAILED;
  }
  const random = createSeededRandom(line.seed);
  const say = (text: string): void => console.log(text);
  say(`✓ self-check; running ${scenario.name}, seed ${line.seed}`);
  const { verdict, figures } = await scenario.run(lab, {
    clock: systemClock,
    random,
    signal,
    say,
    ...(line.calls === undefined ? {} : { calls: line.calls }),
    ...(line.minutes === undefined ? {} : { minutes: line.minutes }),
  });
  if (line.output === "json") console.log(JSON.stringify(figures));
  else console.log(verdict === "as-expected" ? "✓ as expected" : "✗ not as expected");
  return verdict === "as-expected" ? 0 : CANNOT;
}

async function obey(line: CommandLine, signal: AbortSignal): Promise<number | undefined> {
  const [verb, name, ...rest] = line.words;
  const scenario = scenarios.find((each) => each.name === name);
  switch (verb) {
    case "up":
      return await up(name ?? "two-homes", line, signal);
    case "down":
      return await down();
    case "list":
      return list();
    case "shell":
      return await shell([name ?? "", ...rest], line.labId);
    case "selfcheck":
      return await check(name ?? "every-kind", line, signal).catch((error) => {
        if (line.output === "json") console.log(unmeasured((error as Error).message));
        throw error;
      });
    case "run":
      if (scenario === undefined)
        throw new LabError(`there is no scenario ${name ?? "of no name"}; see skein-lab list`);
      return await run(scenario, line, signal).catch((error) => {
        sayUnmeasured(scenario, line, (error as Error).message);
        throw error;
      });
    default:
      return undefined;
  }
}

/** Ctrl-C, a closed terminal and a plain kill all let the lab be removed first. */
async function main(): Promise<number> {
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => interruption.abort());
  }
  try {
    const line = readCommandLine(process.argv.slice(2));
    const code = line && (await obey(line, interruption.signal));
    if (code !== undefined) return code;
    console.log(USAGE);
    return WRONG_USAGE;
  } catch (error) {
    if (interruption.signal.aborted) {
      console.error("✗ interrupted; the lab is removed");
      return INTERRUPTED;
    }
    if (error instanceof LabError || error instanceof TopologyError || error instanceof TypeError) {
      console.error(`✗ ${error.message}`);
      return CANNOT;
    }
    throw error;
  }
}

for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

process.exitCode = await main();
