import { allServed, type Census, takeCensus } from "./census.ts";
import { type Member, offeredBy, servesAs } from "./member.ts";
import { createSimulatedNetwork, type NetworkScenario, type SimulatedNetwork } from "./simulated-network.ts";

/** One run: a network starts cold with its pinned supernodes, settles, is measured, and loses many supernodes at once. */
export interface ElectionScenario extends NetworkScenario {
  readonly settleMs: number;
  readonly measureMs: number;
  readonly recoverMs: number;
  /** Share of all supernodes killed at once, 0 to 1. */
  readonly lossShare: number;
}

/** What came out of one run. Means and peaks are over the measured time. */
export interface ElectionFigures {
  readonly seed: number;
  readonly members: number;
  readonly online: number;
  readonly supernodes: number;
  /** Supernodes among those online, 0 to 1. */
  readonly supernodeShare: number;
  /** Mean and fullest share of slots in use, 0 to 1. */
  readonly meanLoad: number;
  readonly fullestLoad: number;
  /** Supernodes that opened, that the machine ended, and that went away by themselves, per hour and hundred supernodes. */
  readonly opened: number;
  readonly ended: number;
  readonly vanished: number;
  /** Share of leaves with fewer than two supernodes: mean, 0 to 1. */
  readonly shortShare: number;
  readonly unprovenShare: number;
  /** From the cold start until 99 % of the leaves have two supernodes, s; −1: not within the run. */
  readonly coldStartS: number;
  /** From the loss until every leaf that had lost some has two again, and until the load is near the high mark, s. */
  readonly recoverS: number;
  readonly restoreS: number;
}

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** A cold start counts as over when at most this share of the leaves is short of supernodes. */
const COLD_SHORT_SHARE = 0.01;

/** Room is back when the load is so near the high mark, percent: nodes judge by samples. */
const NEAR_PCT = 5;

/** Runs a scenario. The same scenario gives the same figures. */
export function simulateElection(scenario: ElectionScenario): ElectionFigures {
  const tally = { opened: 0, ended: 0, vanished: 0 };
  let counting: "no" | "yes" = "no";
  const network = createSimulatedNetwork(scenario, (what) => {
    if (counting === "yes") tally[what] += 1;
  });
  const { members, online, timeline } = network;
  const begin = timeline.now();

  const coldStartMs = runUntil(network, 10 * SECOND, scenario.settleMs, () => {
    const { online: all, short } = takeCensus(online);
    return short <= all * COLD_SHORT_SHARE;
  });
  timeline.runUntil(begin + scenario.settleMs);

  counting = "yes";
  const counts: Census[] = [];
  for (let at = 0; at < scenario.measureMs; at += MINUTE) {
    timeline.runUntil(timeline.now() + MINUTE);
    counts.push(takeCensus(online));
  }
  counting = "no";

  const bereft = loseSome(network, scenario.lossShare);
  const lostAt = timeline.now();
  const recoverMs = runUntil(network, SECOND, scenario.recoverMs, () => allServed(bereft));
  const left = lostAt + scenario.recoverMs - timeline.now();
  const restoredMs = runUntil(network, 10 * SECOND, left, () => {
    const { slots, used } = takeCensus(online);
    return 100 * used < (scenario.tuning.highLoadPct + NEAR_PCT) * slots;
  });
  const restoreMs = restoredMs < 0 || recoverMs < 0 ? -1 : recoverMs + restoredMs;

  const hundredHours = (mean(counts.map(({ supernodes }) => supernodes)) / 100) * (scenario.measureMs / HOUR);
  return {
    seed: scenario.seed,
    members: members.length,
    online: mean(counts.map(({ online }) => online)),
    supernodes: mean(counts.map(({ supernodes }) => supernodes)),
    supernodeShare: mean(counts.map(({ online, supernodes }) => supernodes / online)),
    meanLoad: mean(counts.map(({ slots, used }) => used / slots)),
    fullestLoad: Math.max(...counts.map(({ fullestPct }) => fullestPct)) / 100,
    opened: tally.opened / hundredHours,
    ended: tally.ended / hundredHours,
    vanished: tally.vanished / hundredHours,
    shortShare: mean(counts.map(({ online, short }) => short / online)),
    unprovenShare: mean(counts.map(({ supernodes, unproven }) => unproven / Math.max(1, supernodes))),
    coldStartS: seconds(coldStartMs),
    recoverS: seconds(recoverMs),
    restoreS: seconds(restoreMs),
  };
}

/** Lets time pass until something holds; how long that took in ms, or −1 when it did not within `withinMs`. */
function runUntil({ timeline }: SimulatedNetwork, stepMs: number, withinMs: number, holds: () => boolean): number {
  const begin = timeline.now();
  while (timeline.now() - begin < withinMs) {
    timeline.runUntil(timeline.now() + stepMs);
    if (holds()) return timeline.now() - begin;
  }
  return -1;
}

/** Kills a share of the supernodes at once; answers with the leaves that were fine before and lost at least one. */
function loseSome(
  { chance, kill, online }: SimulatedNetwork,
  share: number,
): readonly { readonly member: Member; readonly session: number }[] {
  const serving = [...online].filter((member) => offeredBy(member) > 0);
  const doomed = new Set<Member>();
  while (doomed.size < Math.round(serving.length * share)) {
    const one = serving[chance.below(serving.length)];
    if (one !== undefined) doomed.add(one);
  }
  const bereft = [...online]
    .filter((member) => servesAs(member) === "leaf" && member.homes.length >= 2)
    .filter(({ homes }) => homes.some((home) => doomed.has(home)))
    .map((member) => ({ member, session: member.session }));
  for (const one of doomed) kill(one);
  return bereft;
}

function seconds(ms: number): number {
  return ms < 0 ? -1 : Math.round(ms / SECOND);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
