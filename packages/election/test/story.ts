import {
  admit,
  type Decision,
  doorLimits,
  labTuning,
  productionTuning,
  sayReason,
  type Tuning,
  type VersionNotice,
  type VersionPolicy,
} from "../src/index.ts";
import { type CellWorld, createCellWorld, type NodeOptions, type WorldNode } from "./cell-world.ts";

/** Noon on 1 June 2027: stories begin here; their clock shows the time since. */
const START: number = Date.UTC(2027, 5, 1, 12);

const COMFORTABLE = {
  cpuFreePct: 90,
  memoryFreeMiB: 4_000,
  uplinkFreeKBps: 1_000,
  descriptorsFree: 60_000,
  power: "mains",
  connection: "unmetered",
  monthGB: 0,
  leaves: 0,
  turnedAway: 0,
} as const;

/**
 * Plays a story and writes it anew: prose (`#`), commands (`>`) and empty lines stay, and what happened stands below each
 * command. Commands:
 *
 * - `world key=value…`: tuning, e.g. `settleMs=15s`; `key` when an operator key is configured; `stages` to hear of all of them; `lab`
 *   for the tuning of laboratories.
 * - `nodes a b… [build=…] [uptime=30h] [role=always] [ports=closed|untried] [leaves=N]`: they are there, dialled back every five minutes.
 * - `ask 900`: the leaves of the cell ask for so many slots in all. `run 10m`: time passes.
 * - `close a`, `reopen a`: its ports. `kill a b`, `restart a b [build=…]`. `machine a cpuFreePct=0 power=battery`.
 * - `notice sequence=1 floor=1.0.0 proven=x,y revoked=z election=open`: the operator's word reaches all.
 * - `settings a role=never`. `explain a`: all that its last decision weighed. `cell`: who serves whom.
 * - `knock a cpu=95 times=5`: leaves at its door.
 */
export function playStory(text: string): string {
  const told: string[] = [];
  const said: string[] = [];
  let world: CellWorld | undefined;
  for (const line of text.split("\n")) {
    if (line.startsWith(">")) {
      told.push(line);
      world = play(line.slice(1).trim(), world, said);
      told.push(...said.splice(0).map((each) => `    ${each}`));
    } else if (line.startsWith("#") || line === "") told.push(line);
  }
  return told.join("\n");
}

interface Command {
  readonly verb: string;
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

function parse(line: string): Command {
  const [verb = "", ...rest] = line.split(/\s+/);
  const options = Object.fromEntries(rest.filter((word) => word.includes("=")).map((word) => word.split("=", 2)));
  return { verb, words: rest.filter((word) => !word.includes("=")), options };
}

function play(line: string, before: CellWorld | undefined, said: string[]): CellWorld {
  const { verb, words, options } = parse(line);
  if (verb === "world") return createWorld(words, options, said);
  const world = before ?? createWorld([], {}, said);
  const names = words[0] === "all" ? [...world.nodes.keys()] : words;
  const each = (act: (name: string) => void): void => {
    for (const name of names) act(name);
  };
  switch (verb) {
    case "nodes":
      each((name) => world.add(nodeOptions(name, options)));
      break;
    case "ask":
      world.ask(Number(words[0]));
      break;
    case "run":
      world.run(duration(words[0] ?? ""));
      break;
    case "close":
    case "reopen":
      each((name) => world.ports(name, verb === "close" ? "closed" : "open"));
      break;
    case "kill":
      each(world.kill);
      break;
    case "restart":
      each((name) => world.restart(name, options.build));
      break;
    case "machine":
      each((name) =>
        world.measure(name, Object.fromEntries(Object.entries(options).map(([key, value]) => [key, plain(value)]))),
      );
      break;
    case "notice":
      world.notice(notice(options, world.now()));
      break;
    case "settings":
      each((name) => world.give(name, { kind: "settings", settings: settings(options) }));
      break;
    case "explain":
      each((name) => {
        world.give(name, { kind: "tick" });
        said.push(...explain(world, name));
      });
      break;
    case "cell":
      said.push(...describe(world));
      break;
    case "knock":
      each((name) => said.push(...knock(world, name, options)));
      break;
    default:
      throw new RangeError(`no command is called ${verb}`);
  }
  return world;
}

function createWorld(words: readonly string[], options: Readonly<Record<string, string>>, said: string[]): CellWorld {
  const changes = Object.fromEntries(Object.entries(options).map(([key, value]) => [key, plain(value)]));
  for (const key of Object.keys(changes))
    if (!(key in productionTuning)) throw new RangeError(`no tuning is called ${key}`);
  const tuning: Tuning = { ...(words.includes("lab") ? labTuning : productionTuning), ...changes };
  const policy: VersionPolicy = words.includes("key") ? { kind: "waiting" } : { kind: "unmanaged" };
  const onDecision = (node: WorldNode, decision: Decision, now: number): void => {
    const text = tell(node, decision);
    const told = decision.kind !== "demote" || decision.stage === "refuse" || words.includes("stages");
    if (text !== undefined && told) said.push(`${clock(now)}  ${text}`);
  };
  return createCellWorld({ tuning, policy, newsMs: 500, lookMs: 500, onDecision }, START);
}

/** What the story says of a decision; why one stays what it is, `explain` tells. */
function tell(node: WorldNode, decision: Decision): string | undefined {
  const { name } = node.options;
  switch (decision.kind) {
    case "promote":
      return `${name} starts: ${decision.reasons
        .filter(({ about }) => TELLING.has(about))
        .map(sayReason)
        .join("; ")}`;
    case "open":
      return `${name} opens`;
    case "demote": {
      const why =
        decision.stage === "refuse" ? decision.reasons.filter(({ verdict }) => verdict === "fail").map(sayReason) : [];
      return [`${name} goes (${decision.cause}): ${decision.stage}`, ...why].join("; ");
    }
    case "stay":
      return undefined;
  }
}

const TELLING: ReadonlySet<string> = new Set(["missing", "starts", "unproven", "ticket"]);

function nodeOptions(name: string, options: Readonly<Record<string, string>>): NodeOptions {
  return {
    name,
    build: options.build ?? "skein-1.0.0",
    uptimeMs: duration(options.uptime ?? "30h"),
    settings: settings(options),
    headroom: COMFORTABLE,
    ports: (options.ports ?? "open") as "open",
  };
}

function settings(options: Readonly<Record<string, string>>): NodeOptions["settings"] {
  const leaves = options.leaves === undefined ? {} : { leaves: Number(options.leaves) };
  return { role: (options.role ?? "auto") as "auto", ...leaves };
}

function notice(options: Readonly<Record<string, string>>, now: number): VersionNotice {
  const list = (text: string | undefined): string[] => (text ?? "").split(",").filter((item) => item !== "");
  return {
    sequence: Number(options.sequence),
    issuedAt: now,
    expiresAt: now + 30 * 86_400_000,
    minimumVersion: options.floor ?? "0.0.0",
    provenBuilds: list(options.proven),
    revokedBuilds: list(options.revoked),
    election: (options.election ?? "open") as "open",
    bytes: new Uint8Array(),
  };
}

function explain(world: CellWorld, name: string): string[] {
  const decision = world.nodes.get(name)?.decision;
  if (decision === undefined) return [`${name}: nothing decided`];
  const head =
    decision.kind === "stay" ? `${name} stays ${decision.as}: ${decision.because}` : `${name}: ${decision.kind}`;
  return [head, ...decision.reasons.map((reason) => `  ${sayReason(reason)}`)];
}

function describe(world: CellWorld): string[] {
  const serving = [...world.nodes.values()].filter(({ alive, state }) => alive === "yes" && state.role.kind !== "leaf");
  const lines = serving.map(({ options: { name }, state }) => {
    const build = state.setup.build;
    return `${name} ${state.role.kind}, ${world.leavesOf(name)} of ${state.offered} slots in use, ${build}`;
  });
  return [...(lines.length === 0 ? ["nobody serves"] : lines), `turned away: ${world.turnedAway()}`];
}

/** Leaves knock one after the other; jitter runs evenly through [0, 1). */
function knock(world: CellWorld, name: string, options: Readonly<Record<string, string>>): string[] {
  const node = world.nodes.get(name);
  if (node === undefined) return [];
  const times = Number(options.times ?? 1);
  return Array.from({ length: times }, (_, index) => {
    const load = {
      slots: node.state.offered,
      leaves: Number(options.leaves ?? world.leavesOf(name)),
      cpuPct: Number(options.cpu ?? 10),
      lagMs: Number(options.lag ?? 1),
      takenLastSecond: Number(options.rush ?? 0),
      turnedAwayLastMinute: Number(options.away ?? world.turnedAway()),
    };
    const who = options.who === "returning" ? "returning" : "newcomer";
    const answer = admit(load, who, doorLimits, { chance: index / times, jitter: index / times });
    const text =
      answer.kind === "accept"
        ? "comes in"
        : `is ${answer.because}: come again in ${(answer.afterMs / 1_000).toFixed(1)} s`;
    return `${who} ${index + 1} at ${name}: ${text}`;
  });
}

function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (match === null) throw new RangeError(`not a duration: ${text}`);
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as "ms"];
}

function plain(text: string): number | string {
  if (/^\d+(\.\d+)?(ms|s|m|h|d)$/.test(text)) return duration(text);
  return Number.isNaN(Number(text)) ? text : Number(text);
}

function clock(now: number): string {
  const seconds = Math.floor((now - START) / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}
