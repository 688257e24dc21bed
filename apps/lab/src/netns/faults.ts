import type { Random } from "@skein/core";
import type { LinkChange, LinkName } from "./links.ts";

/** Something that goes wrong in a lab, as data. All of them end by themselves, except `kill` and `link-change`. */
export type Fault =
  /** Every program of the host is killed and stays dead. */
  | { readonly kind: "kill"; readonly host: string }
  /** Every program of the host is killed, and started anew with the same words after a time. */
  | { readonly kind: "restart"; readonly host: string; readonly forMs: number }
  /** Every program of the host stands still: a laptop that sleeps. Packets go on to arrive at its sockets. */
  | { readonly kind: "pause"; readonly host: string; readonly forMs: number }
  /** The sites of the two do not reach each other, or only `b` reaches `a`. */
  | {
      readonly kind: "partition";
      readonly a: string;
      readonly b: string;
      readonly direction: "both" | "a-to-b";
      readonly forMs: number;
    }
  /** The chance of each packet of a link to be lost, both ways, becomes this. */
  | { readonly kind: "loss-burst"; readonly link: string; readonly lossPercent: number; readonly forMs: number }
  /** The link becomes another one: someone leaves the house with the telephone in the hand. */
  | { readonly kind: "link-change"; readonly link: string; readonly to: LinkName }
  /**
   * The host's programs get only `1 − busyShare` of the time: in every tenth of a second they stand still for that share.
   * Other hosts are not slowed, which a real load on a shared machine would do.
   */
  | { readonly kind: "overload"; readonly host: string; readonly busyShare: number; readonly forMs: number };

export type FaultKind = Fault["kind"];

/** A fault and when it begins, after the schedule's start. */
export interface TimedFault {
  readonly atMs: number;
  readonly fault: Fault;
}

/** What is done to a lab, and when. */
export interface TimedAction {
  readonly atMs: number;
  readonly action: FaultAction;
}

/** One step of a fault. `link` puts settings over the link as it is; `unlink` takes them away again. */
export type FaultAction =
  | { readonly kind: "kill" | "start" | "stop" | "continue"; readonly host: string }
  | { readonly kind: "cut" | "heal"; readonly a: string; readonly b: string; readonly direction: "both" | "a-to-b" }
  | { readonly kind: "link"; readonly link: string; readonly change: LinkChange }
  | { readonly kind: "unlink"; readonly link: string }
  | { readonly kind: "link-is"; readonly link: string; readonly to: LinkName };

/** The length of one turn of an overloaded host. */
const OVERLOAD_TURN_MS = 100;

/** The steps of a schedule in order of time; of one time, in the order of the schedule. */
export function actionsOf(schedule: readonly TimedFault[]): readonly TimedAction[] {
  return schedule
    .flatMap(({ atMs, fault }) => stepsOf(fault).map((step) => ({ atMs: atMs + step.afterMs, action: step.action })))
    .toSorted((a, b) => a.atMs - b.atMs);
}

interface Step {
  readonly afterMs: number;
  readonly action: FaultAction;
}

function stepsOf(fault: Fault): readonly Step[] {
  switch (fault.kind) {
    case "kill":
      return [{ afterMs: 0, action: { kind: "kill", host: fault.host } }];
    case "restart":
      return between(fault.forMs, { kind: "kill", host: fault.host }, { kind: "start", host: fault.host });
    case "pause":
      return between(fault.forMs, { kind: "stop", host: fault.host }, { kind: "continue", host: fault.host });
    case "partition": {
      const { a, b, direction } = fault;
      return between(fault.forMs, { kind: "cut", a, b, direction }, { kind: "heal", a, b, direction });
    }
    case "loss-burst": {
      const { link, lossPercent } = fault;
      return between(fault.forMs, { kind: "link", link, change: { both: { lossPercent } } }, { kind: "unlink", link });
    }
    case "link-change":
      return [{ afterMs: 0, action: { kind: "link-is", link: fault.link, to: fault.to } }];
    case "overload":
      return overload(fault.host, fault.busyShare, fault.forMs);
  }
}

function between(forMs: number, begin: FaultAction, end: FaultAction): readonly Step[] {
  return [
    { afterMs: 0, action: begin },
    { afterMs: forMs, action: end },
  ];
}

function overload(host: string, busyShare: number, forMs: number): readonly Step[] {
  const turns = Math.ceil(forMs / OVERLOAD_TURN_MS);
  return Array.from({ length: turns }, (_, turn) => turn * OVERLOAD_TURN_MS).flatMap((startMs) => [
    { afterMs: startMs, action: { kind: "stop", host } as const },
    {
      afterMs: Math.min(forMs, startMs + busyShare * OVERLOAD_TURN_MS),
      action: { kind: "continue", host } as const,
    },
  ]);
}

/** What a drawn schedule may do. */
export interface FaultDraw {
  readonly kinds: readonly FaultKind[];
  /** Whose programs may be killed, stopped, slowed. */
  readonly hosts: readonly string[];
  /** Whose sites may be cut apart; fewer than two: none. */
  readonly sites: readonly string[];
  readonly links: readonly string[];
  /** All faults begin before, and all but `kill` and `link-change` are over by then. */
  readonly spanMs: number;
  /** Mean time from one beginning to the next (exponential, so that they also come in groups). */
  readonly meanGapMs: number;
  /** How long a fault lasts, evenly between the two. */
  readonly durationMs: readonly [least: number, most: number];
}

/**
 * Draws a schedule: the same for the same random source. Nothing befalls a host, pair or link that is already befallen, and
 * nothing befalls a killed host. Throws RangeError when a kind has nothing to befall.
 */
export function drawFaults(draw: FaultDraw, random: Random): readonly TimedFault[] {
  for (const kind of draw.kinds) {
    if (targetsOf(kind, draw).length === 0) throw new RangeError(`${kind} has nothing to befall`);
  }
  if (!(draw.meanGapMs > 0)) throw new RangeError("meanGapMs must be above 0");
  const schedule: TimedFault[] = [];
  const busyUntil = new Map<string, number>();
  for (let atMs = gap(draw, random); atMs < draw.spanMs; atMs += gap(draw, random)) {
    const [least, most] = draw.durationMs;
    const forMs = Math.round(least + random.fraction() * (most - least));
    const kind = pick(draw.kinds, random);
    const target = pick(targetsOf(kind, draw), random);
    const variant = random.fraction();
    const isTooLate = atMs + forMs > draw.spanMs && kind !== "kill" && kind !== "link-change";
    if (isTooLate || target.parts.some((part) => (busyUntil.get(part) ?? 0) > atMs)) continue;
    for (const part of target.parts) busyUntil.set(part, kind === "kill" ? Number.POSITIVE_INFINITY : atMs + forMs);
    schedule.push({ atMs: Math.round(atMs), fault: faultOf(kind, target.names, forMs, variant) });
  }
  return schedule;
}

/** What a fault may befall: names, and what of them must not be befallen by two at once. */
interface Target {
  readonly names: readonly string[];
  readonly parts: readonly string[];
}

function targetsOf(kind: FaultKind, { hosts, sites, links }: FaultDraw): readonly Target[] {
  if (kind === "partition") {
    return sites.flatMap((a) =>
      sites.filter((b) => b !== a).map((b) => ({ names: [a, b], parts: [`cut ${[a, b].toSorted().join(" ")}`] })),
    );
  }
  const isOfLink = kind === "loss-burst" || kind === "link-change";
  return (isOfLink ? links : hosts).map((name) => ({
    names: [name],
    parts: [isOfLink ? `link ${name}` : `host ${name}`],
  }));
}

function pick<Value>(from: readonly Value[], random: Random): Value {
  const value = from[Math.floor(random.fraction() * from.length)];
  if (value === undefined) throw new RangeError("there is nothing to choose from");
  return value;
}

function gap({ meanGapMs }: FaultDraw, random: Random): number {
  return -Math.log(1 - random.fraction()) * meanGapMs;
}

const DRAWN_LINKS: readonly LinkName[] = ["fibre", "good-wifi", "weak-4g", "satellite"];

/** `variant`, 0–1, decides how bad it is. */
function faultOf(kind: FaultKind, [first = "", second = ""]: readonly string[], forMs: number, variant: number): Fault {
  switch (kind) {
    case "kill":
      return { kind, host: first };
    case "restart":
    case "pause":
      return { kind, host: first, forMs };
    case "partition":
      return { kind, a: first, b: second, direction: variant < 0.5 ? "both" : "a-to-b", forMs };
    case "loss-burst":
      return { kind, link: first, lossPercent: Math.round(10 + 80 * variant), forMs };
    case "link-change":
      return { kind, link: first, to: DRAWN_LINKS[Math.floor(variant * DRAWN_LINKS.length)] ?? "fibre" };
    case "overload":
      return { kind, host: first, busyShare: Math.round(50 + 45 * variant) / 100, forMs };
  }
}
