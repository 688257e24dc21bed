/**
 * `npm run lab:compose`: the containers of `docker/`, for real, by a Docker daemon of our own.
 *
 * Main path: `compose/obstacles.ts` (can it be done here?) → `compose/engine.ts` (the daemon) → `compose/images.ts` (base and
 * images) → `compose/compose-project.ts` (up, healthy, down) → `compose/one-machine.ts`, `compose/two-homes.ts` (what is
 * tried). Where Docker cannot run it says why, and its figures are null.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { systemClock } from "@skein/core";
import { type ComposeProgram, composePrograms } from "./compose/compose-project.ts";
import { type Engine, startEngine } from "./compose/engine.ts";
import { bringBase, buildImages } from "./compose/images.ts";
import { findObstacle, installDocker, ObstacleError } from "./compose/obstacles.ts";
import { runOneMachine } from "./compose/one-machine.ts";
import type { RunOptions } from "./compose/run-command.ts";
import { GATEWAYS, type Gateway, runTwoHomes, type TwoHomes } from "./compose/two-homes.ts";
import { openWorkplace, type Workplace } from "./compose/workplace.ts";
import { systemEnvironment } from "./netns/commands.ts";
import { LabError } from "./netns/requirements.ts";

const USAGE = `npm run lab:compose -- [--json] [--gateways ${GATEWAYS.join("|")}] [--with docker-compose|"docker compose"]`;

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const COMMAND_TIMEOUT_MS = 120_000;

interface Choices {
  readonly gateways: Gateway;
  readonly program: ComposeProgram | undefined;
}

/** Figures of a run; each null where nothing could be run. */
type Figures = TwoHomes | ({ readonly [Name in keyof TwoHomes]: null } & { readonly reason: string });

const say = (text: string): void => console.log(text);

async function timed<Result>(
  doing: string,
  act: () => Promise<Result>,
  done: (result: Result) => string,
): Promise<Result> {
  say(`… ${doing}`);
  const startedAtMs = systemClock.now();
  const result = await act();
  say(`✓ ${done(result)} (${((systemClock.now() - startedAtMs) / 1000).toFixed(1)} s)`);
  return result;
}

async function build(place: Workplace, run: RunOptions): Promise<void> {
  const engine = await startEngine({ outside: "machine", place }, { clock: systemClock, signal: run.signal });
  try {
    const options = { root: ROOT, folder: place.folder, node: process.execPath };
    const base = await timed(
      "the base image",
      () => bringBase(options, run),
      ({ kind }) => (kind === "pulled" ? "base image pulled" : "base image made of this machine's own programs"),
    );
    await timed(
      "building the image (about a minute)",
      () => buildImages(base, options, run),
      (sizeBytes) => `image built: ${Math.round(sizeBytes / 1e6)} MB`,
    );
  } finally {
    await engine.stop();
  }
}

async function tryOut({ gateways, program }: Choices, run: RunOptions): Promise<TwoHomes> {
  const [found] = await composePrograms(run);
  const chosen = program ?? found;
  if (chosen === undefined) throw new LabError("there is no compose program");
  say(`· ${chosen.join(" ")}`);
  const context = { program: chosen, root: ROOT };
  const dependencies = { clock: systemClock, run, say };
  await runOneMachine(context, dependencies);
  return await runTwoHomes({ ...context, gateways }, dependencies);
}

async function runAll(choices: Choices, signal: AbortSignal): Promise<TwoHomes> {
  const place = openWorkplace();
  let engine: Engine | undefined;
  try {
    const client = join(place.folder, "client");
    mkdirSync(client);
    const environment = {
      ...systemEnvironment(),
      DOCKER_HOST: `unix://${join(place.folder, "socket")}`,
      // Nobody's credentials and contexts.
      DOCKER_CONFIG: client,
    };
    const logFile = join(place.folder, "commands.log");
    const run: RunOptions = { timeoutMs: COMMAND_TIMEOUT_MS, signal, environment, logFile };
    await build(place, run);
    engine = await startEngine({ outside: "none", place }, { clock: systemClock, signal });
    return await tryOut(choices, run);
  } finally {
    await engine?.stop();
    place.remove();
  }
}

function readChoices(args: readonly string[]): (Choices & { readonly output: "people" | "json" }) | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: { json: { type: "boolean" }, gateways: { type: "string" }, with: { type: "string" } },
  });
  const gateways = GATEWAYS.find((each) => each === (values.gateways ?? "port-restricted"));
  if (gateways === undefined) return undefined;
  return { gateways, program: values.with?.split(" "), output: values.json ? "json" : "people" };
}

async function figures(choices: Choices, signal: AbortSignal): Promise<Figures> {
  await installDocker({ say, signal });
  const reason = await findObstacle(signal);
  if (reason !== undefined) return skipped(reason);
  try {
    return await runAll(choices, signal);
  } catch (error) {
    if (error instanceof ObstacleError) return skipped(error.message);
    throw error;
  }
}

function skipped(reason: string): Figures {
  say(`· skipped: ${reason}`);
  return { containers: null, healthyS: null, messages: null, calls: null, afterKill: null, reason };
}

async function main(): Promise<number> {
  const choices = readChoices(process.argv.slice(2));
  if (choices === undefined) {
    console.error(USAGE);
    return 2;
  }
  const interruption = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => interruption.abort(new LabError("interrupted")));
  }
  try {
    const result = await figures(choices, interruption.signal);
    if (choices.output === "json") console.log(JSON.stringify(result));
    return 0;
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    console.error(`✗ ${error.message}`);
    return 1;
  }
}

process.exitCode = await main();
