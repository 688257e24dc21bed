import type { Live, Unsubscribe } from "@skein/core";
import type { Decision } from "@skein/election";
import type { ElectionView } from "@skein/network-p2p/supernode";

/** One decision that differed from the one before. */
export interface Decided {
  readonly at: number;
  readonly text: string;
}

/** The last decisions of an election, and how often each kind was taken. */
export interface DecisionLog {
  /** The newest first. */
  readonly recent: readonly Decided[];
  /** Since the start: `promote`, `open`, and `demote` by cause. */
  readonly counts: ReadonlyMap<string, number>;
  readonly stop: Unsubscribe;
}

/** Decisions remembered. */
const MAX_DECISIONS = 20;

/** Begins to write down what an election decides; the same decision again is not written. */
export function logDecisions(view: Live<ElectionView>, now: () => number): DecisionLog {
  let recent: readonly Decided[] = [];
  const counts = new Map<string, number>();
  const stop = view.subscribe(({ decision }) => {
    const text = sayDecision(decision);
    if (recent[0]?.text === text) return;
    recent = [{ at: now(), text }, ...recent].slice(0, MAX_DECISIONS);
    const name = countedAs(decision);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  return {
    get recent() {
      return recent;
    },
    counts,
    stop,
  };
}

/** What it counts as: a demotion once, at its first stage; staying not at all. */
function countedAs(decision: Decision): string | undefined {
  if (decision.kind === "stay") return undefined;
  if (decision.kind !== "demote") return decision.kind;
  return decision.stage === "refuse" ? `demote-${decision.cause}` : undefined;
}

const STAYS = {
  unfit: "stays a leaf: not fit",
  "not-needed": "stays a leaf: fit and not needed",
  "not-now": "stays a leaf: fit and needed, not its turn",
  settling: "announced, closed to leaves",
  serving: "serves on",
  "stepping-down": "goes out of service",
} as const;

function sayDecision(decision: Decision): string {
  switch (decision.kind) {
    case "promote":
      return "promoted: announced, closed to leaves";
    case "open":
      return "opened to leaves";
    case "demote":
      return `going out of service (${decision.cause}): ${decision.stage}`;
    case "stay":
      return STAYS[decision.because];
  }
}
