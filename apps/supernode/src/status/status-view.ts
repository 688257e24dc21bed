import { factsOf, type Need, type Reason, type Role, whatIf } from "@skein/election";
import type { ElectionView } from "@skein/network-p2p/supernode";
import type { ServingNode } from "../serving/serving-node.ts";
import { type BuildShare, buildShares } from "./build-shares.ts";
import type { Decided, DecisionLog } from "./decision-log.ts";
import { type NeighbourView, viewNeighbours } from "./neighbour-view.ts";
import { type NoticeView, viewNotice } from "./notice-view.ts";
import { isOfNeed, type ReasonView, sayState, viewReason } from "./sentences.ts";

/** All that `/status.json` tells. Times in ms since 1970, shares in percent; `null` where there is no limit or no word yet. */
export interface StatusView {
  readonly now: number;
  readonly id: string;
  readonly build: string;
  readonly startedAt: number;
  /** What the operator chose. */
  readonly setting: "always" | "auto" | "never";
  readonly role: Role["kind"];
  readonly since: number | null;
  readonly stage: string | null;
  /** Why it is what it is. */
  readonly sentence: string;
  /** What was weighed, and what holds. */
  readonly reasons: readonly ReasonView[];
  readonly leaves: number;
  readonly slots: number;
  readonly turnedAway: number;
  readonly candidates: number;
  readonly connections: number;
  readonly relayedCalls: number;
  readonly budget: {
    readonly kBps: number;
    readonly mostKBps: number;
    readonly monthGB: number;
    readonly monthlyGB: number | null;
    /** UTC. */
    readonly hours: string | null;
  };
  readonly cell: Pick<Need, "supernodes" | "loadPct" | "missing" | "surplus"> | null;
  readonly neighbours: readonly NeighbourView[];
  readonly builds: readonly BuildShare[];
  /** Most that unproven builds may hold together. */
  readonly unprovenCapPct: number;
  readonly notice: NoticeView;
  readonly decisions: readonly Decided[];
}

/** What a node does at `now` and why. */
export function viewStatus(node: ServingNode, log: DecisionLog, now: number): StatusView {
  const { election, options, supernode } = node;
  const { decision, state } = election.view.value;
  const { role, settings, setup } = state;
  const verdict = whatIf(state, {}, now);
  const status = supernode.status();
  const facts = factsOf(state, now);
  return {
    now,
    id: supernode.id,
    build: options.build,
    startedAt: state.startedAt,
    setting: settings.role,
    role: role.kind,
    since: role.kind === "leaf" ? null : role.since,
    stage: role.kind === "stepping-down" ? role.stage : null,
    sentence: sayState({ decision, state }, verdict),
    reasons: weighed({ decision, state }, verdict.reasons).map(viewReason),
    leaves: status.reservations,
    slots: Math.min(status.slots, status.maxReservations),
    turnedAway: status.turnedAway,
    candidates: status.candidates,
    connections: status.connections,
    relayedCalls: status.turn?.allocations ?? 0,
    budget: viewBudget(node),
    cell: facts.cell === undefined ? null : viewCell(facts.cell),
    neighbours: viewNeighbours(supernode.heard(), now),
    builds: buildShares(state, role.kind === "settling" || role.kind === "serving" ? options.build : undefined),
    unprovenCapPct: setup.tuning.unprovenPct,
    notice: viewNotice(state.policy, now),
    decisions: log.recent,
  };
}

/**
 * What counts in the present role. Of a leaf: whether it is fit, needed and drawn. Of one that serves: whether it is fit, where
 * what fails and has not ended the service does not end it, and what its decision weighed.
 */
function weighed({ decision, state }: ElectionView, reasons: readonly Reason[]): readonly Reason[] {
  if (state.role.kind === "leaf") return reasons;
  const fitness = reasons.filter(({ about }) => !isOfNeed(about)).map(waiveFailing);
  const known = new Set(fitness.map(({ about }) => about));
  return [...fitness, ...decision.reasons.filter(({ about }) => !known.has(about))];
}

function waiveFailing(reason: Reason): Reason {
  return reason.verdict === "fail" ? { ...reason, verdict: "waived" } : reason;
}

function viewCell({ loadPct, missing, supernodes, surplus }: Need): StatusView["cell"] {
  return { supernodes, loadPct, missing, surplus };
}

function viewBudget({ options, traffic }: ServingNode): StatusView["budget"] {
  const { hours, monthlyGB } = options.settings;
  return {
    kBps: traffic.kBps(),
    mostKBps: options.uplinkKBps,
    monthGB: traffic.monthGB(),
    monthlyGB: monthlyGB ?? null,
    hours: hours === undefined ? null : `${clockTime(hours.fromMinute)}–${clockTime(hours.toMinute)}`,
  };
}

function clockTime(minute: number): string {
  const two = (number: number): string => String(number).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}
