import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Live, systemClock, systemRandom, until } from "@skein/core";
import { labTuning, signNotice } from "@skein/election";
import { createKeyPair } from "@skein/identity";
import { type Crowd, gatherCrowd } from "../../election/crowd.ts";
import { type NodeReport, type RollCall, serving, watchNodes } from "../../election/roll-call.ts";
import { peopleDir } from "../../people/product.ts";
import type { Lab } from "../lab.ts";
import type { LinkChoice } from "../links.ts";
import type { Program } from "../program.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { home, joined } from "../topologies.ts";
import { INTERNET } from "../topology.ts";

/** Everybody is 25 ms away from the Internet, so that two of them are 100 ms apart, there and back. */
const ACCESS: LinkChoice = { both: { delayMs: 25 } };

const SEEDS = ["seed1", "seed2", "seed3"];
const OPEN = ["open1", "open2", "open3", "open4", "open5", "open6"];
const CLOSED = ["shut1", "shut2", "shut3", "shut4", "shut5", "shut6"];
const UNPROVEN = ["new1", "new2", "new3"];
const CROWDS = ["crowd1", "crowd2", "crowd3"];
const PER_CROWD = 10;
/** Supernodes a leaf keeps. */
const WARM = 3;
/** So few that three seeds are full with this crowd, and the election has something to do. */
const SLOTS = 20;

const HTTP_PORT = 4080;
const PAGE_PORT = 8080;
const BUILD = "skein-0.2.0";
const NEW_BUILD = "skein-0.2.1+untried";

const GROWN_WITHIN_MS = 150_000;
const GATHERED_WITHIN_MS = 90_000;
const RECOVERED_WITHIN_MS = 60_000;
/** A message that was not delivered by then counts as lost. */
const DELIVERED_WITHIN_MS = 30_000;
const KILLED_SHARE = 0.3;
/** Calm so long before the rest is measured. */
const SETTLED_MS = 12_000;

const root = fileURLToPath(new URL("../../../../..", import.meta.url));

/** Supernodes that elect themselves among ordinary nodes, lose a third of themselves, and are joined by a bad build. */
export const electionScenario: Scenario = {
  name: "election",
  about: "3 seeds, 12 nodes and 30 people: who promotes itself; 30 % of the supernodes killed; an unproven build",
  topology: joined(
    { hosts: [...SEEDS, ...OPEN, ...UNPROVEN, "page"].map((name) => ({ name, behind: INTERNET, link: ACCESS })) },
    ...[...CLOSED, ...CROWDS].map((name) => home(name, "port-restricted", ACCESS)),
  ),
  run: runElection,
  unmeasured: (reason) => ({ ...Object.fromEntries(FIGURES.map((name) => [name, null])), reason }),
};

const FIGURES = [
  "supernodes",
  "leaves",
  "killed",
  "recovered",
  "recoverS",
  "promoted",
  "needed",
  "badBuildCandidates",
  "badBuildShare",
  "badBuildCap",
] as const;

async function runElection(lab: Lab, context: ScenarioContext): Promise<ScenarioResult> {
  const { say, signal } = context;
  const operator = createKeyPair(systemRandom);
  const notice = writeNotice(lab, operator);
  const common = ["--operator-key", Buffer.from(operator.publicKey).toString("hex"), "--notice", notice];
  const programs = new Map<string, Program>();
  const start = (name: string, flags: readonly string[]): void => {
    programs.set(name, startNode(lab, name, [...common, ...flags]));
  };
  for (const name of SEEDS) start(name, ["--role", "always", "--announce", lab.host(name).address]);
  const asked = [...SEEDS, ...OPEN, ...UNPROVEN].map((name) => ({ name, http: webOf(lab, name) }));
  const roll = watchNodes(lab.host("page"), asked);
  await until(roll, (call) => serving(call).length === SEEDS.length, within(GATHERED_WITHIN_MS, signal));
  const page = startPage(lab);
  const answers = (names: readonly string[]) => (call: RollCall) =>
    names.every((name) => call.reports.some((each) => each.name === name && each.service !== "silent"));
  for (const name of OPEN) start(name, ["--role", "auto"]);
  await until(roll, answers(OPEN), within(GATHERED_WITHIN_MS, signal));
  for (const name of CLOSED) start(name, ["--role", "auto"]);
  say(
    `${SEEDS.length} seeds serve; ${OPEN.length + CLOSED.length} ordinary nodes started, ${OPEN.length} of them reachable`,
  );

  const crowd = await gatherCrowd(
    CROWDS.map((name) => lab.host(name)),
    { page, perHost: PER_CROWD, directory: peopleDir(lab) },
  );
  const needed = Math.ceil((crowd.size * WARM) / (SLOTS * (labTuning.targetLoadPct / 100))) - SEEDS.length;
  say(`${crowd.size} people arrive; ${needed} more supernodes of ${SLOTS} slots are needed`);
  const grown = await settled(roll, needed, within(GROWN_WITHIN_MS, signal));
  const promoted = serving(grown).filter(({ name }) => OPEN.includes(name)).length;
  say(`${serving(grown).length} serve, ${promoted} promoted themselves: ${namesOf(serving(grown))}`);
  const before = await crowd.writeAround("before", DELIVERED_WITHIN_MS);
  say(`${before} of ${crowd.size} messages around the ring delivered`);

  const killing = await killSome(crowd, { roll, programs }, context);
  say(`killed ${namesOf(killing.victims)}: ${killing.words}`);
  const bad = await tryBadBuild({ roll, start, programs }, context);
  say(`unproven build: at most ${bad.most} of ${bad.of} supernodes, ${bad.cap} allowed`);
  return {
    verdict:
      Math.abs(promoted - needed) <= 1 && killing.recovered === crowd.size && bad.most <= bad.cap
        ? "as-expected"
        : "not-as-expected",
    figures: {
      supernodes: serving(grown).length,
      leaves: crowd.size,
      killed: killing.victims.length,
      recovered: killing.recovered,
      recoverS: killing.recoverS,
      promoted,
      needed,
      badBuildCandidates: UNPROVEN.length,
      badBuildShare: bad.share,
      badBuildCap: labTuning.unprovenPct / 100,
    },
  };
}

const webOf = (lab: Lab, name: string): string => `http://${lab.host(name).address}:${HTTP_PORT}`;
const namesOf = (reports: readonly NodeReport[]): string => reports.map(({ name }) => name).join(" ");
const within = (ms: number, signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(ms)]);

/** One node as its owner would start it. Everybody's machine is the same here, so its resources are assumed. */
function startNode(lab: Lab, name: string, flags: readonly string[]): Program {
  const host = lab.host(name);
  const directory = peopleDir(lab);
  const log = openSync(join(directory, `${name}.log`), "a");
  const program = host.run(
    process.execPath,
    [
      ...["apps/supernode/build/main.js", "supernode", "--name", name, "--data", join(directory, name)],
      ...["--listen", host.address, "--http-port", `${HTTP_PORT}`, "--tuning", "lab", "--resources", "assumed"],
      ...["--max-reservations", `${SLOTS}`],
      ...[
        "--bootstrap",
        SEEDS.filter((seed) => seed !== name)
          .map((seed) => webOf(lab, seed))
          .join(","),
      ],
      ...flags,
    ],
    { directory: root, stdio: ["ignore", log, log] },
  );
  closeSync(log);
  return program;
}

function startPage(lab: Lab): string {
  const host = lab.host("page");
  const directory = peopleDir(lab);
  const log = openSync(join(directory, "page.log"), "a");
  host.run(
    process.execPath,
    [
      ...["apps/supernode/build/main.js", "page", "--listen", host.address, "--port", `${PAGE_PORT}`],
      ...["--supernodes", SEEDS.map((seed) => webOf(lab, seed)).join(","), "--data", join(directory, "page")],
    ],
    { directory: root, stdio: ["ignore", log, log] },
  );
  closeSync(log);
  return `http://${host.address}:${PAGE_PORT}/`;
}

function writeNotice(lab: Lab, operator: ReturnType<typeof createKeyPair>): string {
  const issuedAt = systemClock.now();
  const content = { sequence: 1, issuedAt, expiresAt: issuedAt + 24 * 3_600_000, minimumVersion: "0.2.0" } as const;
  const path = join(peopleDir(lab), "notice");
  writeFileSync(path, signNotice({ ...content, provenBuilds: [BUILD], revokedBuilds: [], election: "open" }, operator));
  return path;
}

/** The network once nobody has come or gone for a while and enough serve, or when the time is over. */
async function settled(roll: Live<RollCall>, needed: number, signal: AbortSignal): Promise<RollCall> {
  let names = "";
  let since = 0;
  const isCalm = (call: RollCall): boolean => {
    const now = namesOf(serving(call));
    if (now !== names) since = call.at;
    names = now;
    return serving(call).length >= SEEDS.length + needed - 1 && call.at - since >= SETTLED_MS;
  };
  await until(roll, isCalm, signal).catch(() => {});
  return roll.value;
}

interface Killing {
  readonly victims: readonly NodeReport[];
  /** People who are at two living supernodes again and whose message was delivered. */
  readonly recovered: number;
  readonly recoverS: number | null;
  readonly words: string;
}

async function killSome(
  crowd: Crowd,
  stage: { readonly roll: Live<RollCall>; readonly programs: ReadonlyMap<string, Program> },
  { clock, random, signal }: ScenarioContext,
): Promise<Killing> {
  const { programs, roll } = stage;
  const all = serving(roll.value).filter(({ service }) => service === "open");
  const victims = all
    .map((node) => ({ node, lot: random.fraction() }))
    .toSorted((one, other) => one.lot - other.lot)
    .slice(0, Math.ceil(all.length * KILLED_SHARE))
    .map(({ node }) => node);
  const dead = victims.map(({ id }) => id?.slice(0, 6) ?? "");
  const startedAt = clock.now();
  await Promise.all(victims.map(({ name }) => programs.get(name)?.kill()));
  const writing = crowd.writeAround("after", DELIVERED_WITHIN_MS).then((count) => ({ count, at: clock.now() }));
  const alive = (vias: readonly string[]): number => vias.filter((via) => !dead.includes(via)).length;
  const attached = (): number => crowd.vias().filter((vias) => alive(vias) >= 2).length;
  await until(roll, () => attached() === crowd.size, within(RECOVERED_WITHIN_MS, signal)).catch(() => {});
  const attachedS = (clock.now() - startedAt) / 1_000;
  const { at, count } = await writing;
  const recovered = Math.min(attached(), count);
  const recoverS = recovered === crowd.size ? Math.max(attachedS, (at - startedAt) / 1_000) : null;
  const words = `${attached()} of ${crowd.size} at two others after ${attachedS.toFixed(1)} s, ${count} messages delivered after ${((at - startedAt) / 1_000).toFixed(1)} s`;
  return { victims, recovered, recoverS: recoverS === null ? null : Math.round(recoverS * 10) / 10, words };
}

interface BadBuild {
  /** Most of it that served at once, of how many supernodes, and how many the cap allowed then. */
  readonly most: number;
  readonly of: number;
  readonly cap: number;
  readonly share: number;
}

/** Three nodes of a build nobody has proven come; one that serves is made to crash and comes back. */
async function tryBadBuild(
  stage: {
    readonly roll: Live<RollCall>;
    readonly start: (name: string, flags: readonly string[]) => void;
    readonly programs: ReadonlyMap<string, Program>;
  },
  { say, signal }: ScenarioContext,
): Promise<BadBuild> {
  const { programs, roll, start } = stage;
  let worst: BadBuild = { most: 0, of: serving(roll.value).length, cap: 0, share: 0 };
  const stopWatching = roll.subscribe((call) => {
    const all = serving(call).filter(({ service }) => service === "open");
    const most = all.filter(({ name }) => UNPROVEN.includes(name)).length;
    if (most === 0 || most / all.length < worst.share) return;
    const cap = Math.floor((all.length * labTuning.unprovenPct) / 100);
    worst = { most, of: all.length, cap, share: Math.round((1000 * most) / all.length) / 1000 };
  });
  for (const name of UNPROVEN) start(name, ["--role", "auto", "--build", NEW_BUILD]);
  const serves = (call: RollCall): NodeReport | undefined =>
    call.reports.find(({ name, service }) => UNPROVEN.includes(name) && service === "open");
  await until(roll, (call) => serves(call) !== undefined, within(GROWN_WITHIN_MS / 2, signal)).catch(() => {});
  const canary = serves(roll.value);
  if (canary === undefined) say("  none of them was needed or allowed to serve");
  else {
    await programs.get(canary.name)?.kill();
    programs.get(canary.name)?.start();
    say(`  ${canary.name} served as canary, crashed and came back`);
  }
  const calmAt = roll.value.at + 3 * SETTLED_MS;
  await until(roll, ({ at }) => at >= calmAt, within(GROWN_WITHIN_MS, signal)).catch(() => {});
  stopWatching();
  return worst;
}
