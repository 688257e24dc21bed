import { type ElectionState, type Facts, factsOf, type Need, type Verdicts, whatIf } from "@skein/election";
import * as v from "valibot";
import { type ReasonView, sayVerdict, viewReason } from "./sentences.ts";

/** What `/what-if` answers. */
export interface WhatIfView {
  readonly outcome: Verdicts["outcome"];
  readonly sentence: string;
  readonly reasons: readonly ReasonView[];
}

/** Longest query that is read, in characters. */
const MAX_QUERY = 1_024;

const number = (most: number) =>
  v.pipe(v.string(), v.regex(/^\d{1,9}(\.\d{1,3})?$/), v.transform(Number), v.maxValue(most));

/** What may be asked. Every field may be left out: then the fact stands as it is. */
const queryForm = v.strictObject({
  role: v.optional(v.picklist(["always", "auto", "never"])),
  build: v.optional(v.picklist(["proven", "unproven", "below-floor", "revoked"])),
  election: v.optional(v.picklist(["open", "frozen", "closed"])),
  hours: v.optional(v.picklist(["yes", "no"])),
  power: v.optional(v.picklist(["mains", "battery"])),
  connection: v.optional(v.picklist(["unmetered", "metered"])),
  ports: v.optional(v.picklist(["reachable", "unreachable", "unknown"])),
  turn: v.optional(v.picklist(["now"])),
  uptimeHours: v.optional(number(8_760)),
  reachableMinutes: v.optional(number(525_600)),
  cpuFreePct: v.optional(number(100)),
  memoryFreeMiB: v.optional(number(10_000_000)),
  uplinkFreeKBps: v.optional(number(10_000_000)),
  monthGB: v.optional(number(1_000_000)),
  slots: v.optional(number(2_000)),
  cellLoadPct: v.optional(number(200)),
  missing: v.optional(number(32)),
});

type Query = v.InferOutput<typeof queryForm>;

/** Reads the query of `/what-if?…`; an empty field counts as left out. Gives the fault as a sentence. */
export function readQuery(text: string): { readonly query: Query } | { readonly fault: string } {
  if (text.length > MAX_QUERY) return { fault: "the question is too long" };
  const given = [...new URLSearchParams(text)].filter(([, value]) => value !== "");
  const read = v.safeParse(queryForm, Object.fromEntries(given));
  if (read.success) return { query: read.output };
  const [issue] = read.issues;
  return { fault: `${issue.path?.map(({ key }) => key).join(".") ?? "question"}: ${issue.message}` };
}

/** Asks the node's own machine. Nothing is changed by asking (docs/spec/election.md#EL7). */
export function askWhatIf(state: ElectionState, query: Query, now: number): WhatIfView {
  const verdicts = whatIf(state, changesOf(state, query, now), now);
  return {
    outcome: verdicts.outcome,
    sentence: sayVerdict(verdicts),
    reasons: verdicts.reasons.map(viewReason),
  };
}

function changesOf(state: ElectionState, query: Query, now: number): Partial<Facts> {
  const { build, cellLoadPct, election, hours, missing, ports, reachableMinutes, turn, uptimeHours, ...same } = query;
  const facts = factsOf(state, now);
  const changes: { readonly [Name in keyof Facts]?: Facts[Name] | undefined } = {
    ...same,
    standing: build,
    killSwitch: election,
    inHours: hours,
    wsPort: ports,
    udpPort: ports,
    // Ports that are not reachable now have been so for no time; asked otherwise, they have been so for long enough.
    reachableForMs: reachableMinutes === undefined ? reachableFor(ports, state) : reachableMinutes * 60_000,
    expectedUptimeMs: uptimeHours === undefined ? undefined : uptimeHours * 3_600_000,
    cell: missing === undefined && cellLoadPct === undefined ? undefined : cellOf(facts.cell, query, state),
    chance: turn === "now" ? 1 : undefined,
  };
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
}

function reachableFor(ports: Query["ports"], { setup }: ElectionState): number | undefined {
  if (ports === undefined) return undefined;
  return ports === "reachable" ? setup.tuning.reachableForMs : 0;
}

/** The cell with another load: what is missing then follows by the rule of EL9, unless it is given. */
function cellOf(known: Need | undefined, { cellLoadPct, missing }: Query, { setup }: ElectionState): Need {
  const { tuning } = setup;
  const cell = known ?? nobody(tuning.leastSupernodes, tuning.leastGrowth);
  const loadPct = cellLoadPct ?? cell.loadPct;
  const wanted = Math.max(tuning.leastSupernodes, Math.ceil((cell.supernodes * loadPct) / tuning.targetLoadPct));
  const crowded = loadPct > tuning.highLoadPct || cell.supernodes < tuning.leastSupernodes;
  return { ...cell, loadPct, missing: missing ?? (crowded ? Math.max(0, wanted - cell.supernodes) : 0) };
}

/** A cell for who has not looked at one yet: as many as there should be, and nobody starting. */
function nobody(supernodes: number, startsAllowed: number): Need {
  const empty = { loadPct: 0, missing: 0, missingBeforeUs: 0, surplus: 0, starts: 0, unproven: 0, newestStart: 0 };
  return { ...empty, supernodes, crowd: 1, startsAllowed, unprovenAllowed: 1 };
}
