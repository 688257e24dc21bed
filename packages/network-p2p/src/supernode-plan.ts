import type { DeviceId } from "@skein/core";
import {
  CLOSE_ENOUGH_MS,
  FIRST_RETRY_MS,
  HOME_GAIN_MS,
  HOME_GAIN_SHARE,
  LONGEST_RETRY_MS,
  UNKNOWN_RTT_MS,
} from "./defaults.ts";

/** How a supernode has done for us so far. */
export interface Experience {
  /** Failed tries since it last worked. */
  readonly failures: number;
  /** Not before this time, ms. */
  readonly retryAt: number;
  /** Last measured round trip, ms. */
  readonly rttMs?: number | undefined;
}

/** One supernode as a leaf knows it: what its ad says, what we measured, and how we stand with it. */
export interface SupernodeFacts extends Experience {
  readonly supernode: DeviceId;
  /** Where it is: its /16 (IPv4), /32 (IPv6) or host name. */
  readonly neighbourhood: string;
  readonly build: string;
  readonly loadPct: number;
  readonly freeSlots: number;
  readonly phase: "settling" | "open" | "leaving";
  /** An expired ad is a place to ask for a fresh one. */
  readonly ad: "fresh" | "expired";
  readonly link: "none" | "connecting" | "held";
  /** `busy`: channels go through it now. */
  readonly use: "idle" | "busy";
}

/** What the leaf is like now. */
export interface PlanSituation {
  readonly now: number;
  /** Supernodes to hold. */
  readonly wanted: number;
  readonly home: DeviceId | undefined;
  /** Whether a supernode we never measured may be tried beside a full set, to see if it is nearer. */
  readonly trial: "now" | "not-now";
  /** Until then nothing new is begun, ms: after a loss, so that those who lost the same one spread out. */
  readonly holdOffUntil: number;
}

/** One decision and why, in words. */
export interface Decision {
  readonly supernode: DeviceId;
  readonly reason: string;
}

/** What to do. */
export interface SupernodePlan {
  readonly connect: readonly Decision[];
  readonly drop: readonly Decision[];
  /** The held one to call home; `undefined` while none is held. */
  readonly home: Decision | undefined;
  /** `more`: too few are known that may be tried now. */
  readonly known: "enough" | "more";
  /** When one that failed may be tried again, ms; `undefined` when none waits or none is needed. */
  readonly wakeAt: number | undefined;
}

/**
 * Which supernodes a leaf keeps. Pure; `lot` gives a number in [0, 1) for each.
 *
 * Connect, best first: those that failed least, ads that hold, with room, another neighbourhood and another build than those
 * held, less loaded, nearer, then by lot. Each of these only orders: where all share one address, all may be used. What is
 * settling or leaving is not begun with; one held that leaves is replaced before it goes. Home is the best of the held ones,
 * and changes only for one that is clearly better. Rules PP3, PP65–PP68.
 */
export function planSupernodes(
  facts: readonly SupernodeFacts[],
  situation: PlanSituation,
  lot: () => number,
): SupernodePlan {
  const { now, trial, wanted } = situation;
  const held = facts.filter((each) => each.link === "held");
  const staying = held.filter((each) => each.phase !== "leaving");
  const connecting = facts.filter((each) => each.link === "connecting");
  const usable = facts.filter((each) => each.link === "none" && each.phase === "open");
  const ready = usable.filter((each) => each.retryAt <= now);
  const missing = wanted - staying.length - connecting.length;
  if (missing > 0 && situation.holdOffUntil > now)
    return { ...rest(facts, situation), connect: [], known: "enough", wakeAt: situation.holdOffUntil };

  const chosen = choose(ready, [...held, ...connecting], Math.max(0, missing), lot);
  const connect = chosen.map(({ supernode }, index) => ({ supernode, reason: reasonToConnect(held, index, wanted) }));
  const far = farthest(staying);
  if (missing === 0 && trial === "now" && far !== undefined && rttOf(far) > CLOSE_ENOUGH_MS) {
    const unmeasured = ready.filter(
      (each) => each.rttMs === undefined && each.failures === 0 && each.freeSlots > 0 && each.ad === "fresh",
    );
    for (const { supernode } of choose(unmeasured, held, 1, lot))
      connect.push({ supernode, reason: `it may be nearer than ${Math.round(rttOf(far))} ms` });
  }
  const waiting = usable.map((each) => each.retryAt).filter((at) => at > now);
  return {
    ...rest(facts, situation),
    connect,
    known: missing > chosen.length ? "more" : "enough",
    wakeAt: missing > chosen.length && waiting.length > 0 ? Math.min(...waiting) : undefined,
  };
}

function rest(facts: readonly SupernodeFacts[], { home, wanted }: PlanSituation): Pick<SupernodePlan, "drop" | "home"> {
  const held = facts.filter((each) => each.link === "held");
  return { drop: dropped(held, wanted), home: chooseHome(held, home) };
}

function reasonToConnect(held: readonly SupernodeFacts[], index: number, wanted: number): string {
  const leaving = held.filter((each) => each.phase === "leaving").length;
  if (index < leaving) return "one that is held is leaving";
  return `${held.length} of ${wanted} are held`;
}

/** Those that leave, once enough others are held; then, with more than wanted, the worst. Never one that carries channels. */
function dropped(held: readonly SupernodeFacts[], wanted: number): readonly Decision[] {
  const staying = held.filter((each) => each.phase !== "leaving");
  if (staying.length < wanted) return [];
  const leaving = held
    .filter((each) => each.phase === "leaving" && each.use === "idle")
    .map(({ supernode }) => ({ supernode, reason: "it is leaving, and enough others are held" }));
  const [worst] = staying.filter((each) => each.use === "idle").sort((one, other) => costOf(other) - costOf(one));
  if (staying.length === wanted || worst === undefined) return leaving;
  const reason = `${wanted} others are held, and it takes ${Math.round(rttOf(worst))} ms`;
  return [...leaving, { supernode: worst.supernode, reason }];
}

function chooseHome(held: readonly SupernodeFacts[], present: DeviceId | undefined): Decision | undefined {
  const staying = held.filter((each) => each.phase !== "leaving");
  const [best] = [...(staying.length > 0 ? staying : held)].sort((one, other) => costOf(one) - costOf(other));
  if (best === undefined) return undefined;
  const now = staying.find((each) => each.supernode === present);
  if (now === undefined) return { supernode: best.supernode, reason: `the best of ${held.length}` };
  const gainMs = costOf(now) - costOf(best);
  if (gainMs >= HOME_GAIN_MS && gainMs >= HOME_GAIN_SHARE * costOf(now))
    return { supernode: best.supernode, reason: `better than home by ${Math.round(gainMs)} ms` };
  return { supernode: now.supernode, reason: "nothing is clearly better" };
}

/** Picks up to `count`, best first. */
function choose(
  candidates: readonly SupernodeFacts[],
  beside: readonly SupernodeFacts[],
  count: number,
  lot: () => number,
): readonly SupernodeFacts[] {
  const near = new Set(beside.map((each) => each.neighbourhood));
  const builds = new Set(beside.map((each) => each.build));
  const open = candidates.map((facts) => ({ facts, lot: lot() }));
  const chosen: SupernodeFacts[] = [];
  const rank = ({ facts }: (typeof open)[number]): readonly number[] => [
    facts.failures,
    facts.ad === "fresh" ? 0 : 1,
    facts.freeSlots > 0 ? 0 : 1,
    near.has(facts.neighbourhood) ? 1 : 0,
    builds.has(facts.build) ? 1 : 0,
    Math.floor(facts.loadPct / 25),
    Math.floor(rttOf(facts) / CLOSE_ENOUGH_MS),
  ];
  while (chosen.length < count && open.length > 0) {
    open.sort((one, other) => compare(rank(one), rank(other)) || one.lot - other.lot);
    const best = open.shift();
    if (best === undefined) break;
    chosen.push(best.facts);
    near.add(best.facts.neighbourhood);
    builds.add(best.facts.build);
  }
  return chosen;
}

function compare(left: readonly number[], right: readonly number[]): number {
  for (const [index, value] of left.entries()) {
    const difference = value - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const rttOf = ({ rttMs }: SupernodeFacts): number => rttMs ?? UNKNOWN_RTT_MS;

/** Nearness, made worse by load: a busy supernode answers late. */
function costOf(facts: SupernodeFacts): number {
  return rttOf(facts) * (1 + Math.max(0, facts.loadPct - 50) / 50);
}

function farthest(held: readonly SupernodeFacts[]): SupernodeFacts | undefined {
  return [...held].sort((one, other) => rttOf(other) - rttOf(one))[0];
}

/** What a failed try does: the pause doubles, with half of it by lot; a supernode that named a time is left alone so long. */
export function afterFailure(
  experience: Experience,
  failure: { readonly now: number; readonly lot: number; readonly retryAfterMs?: number | undefined },
): Experience {
  const { lot, now, retryAfterMs } = failure;
  const pauseMs = Math.min(FIRST_RETRY_MS * 2 ** experience.failures, LONGEST_RETRY_MS) * (0.5 + lot / 2);
  // Those who were told the same time must not come back together.
  const toldMs = retryAfterMs === undefined ? 0 : retryAfterMs * (1 + lot / 4);
  return { ...experience, failures: experience.failures + 1, retryAt: now + Math.max(pauseMs, toldMs) };
}

/** What success does. */
export function afterSuccess(experience: Experience, rttMs: number): Experience {
  return { ...experience, failures: 0, retryAt: 0, rttMs };
}
