import type { Step } from "@skein/core";
import { gatherCell } from "./cell.ts";
import { type Decided, decideLeaf, decideServing, decideSettling, decideSteppingDown } from "./decide.ts";
import { type Facts, factsOf } from "./facts.ts";
import type { ElectionInput, ElectionOutput } from "./input.ts";
import { withNotice } from "./notice.ts";
import { settle, withVerdict } from "./reachability.ts";
import type { ElectionState } from "./state.ts";
import { lookDueAt, nextWake } from "./waking.ts";

/**
 * One step of the election of one node: decides whether it serves as supernode. Gives exactly one decision, with all it
 * weighed; then perhaps `look`, `offer`, `wake`. Pure: the same state and input give the same step.
 * Rules: docs/spec/election.md.
 */
export function step(state: ElectionState, input: ElectionInput): Step<ElectionState, ElectionOutput> {
  const { now } = input;
  const learned = learn(state, input);
  const facts = factsOf(learned, now);
  const decided = decide(learned, facts, input);
  const outputs: ElectionOutput[] = [decided.decision];
  let next = decided.state;
  // A new role sees the cell with other eyes: what follows looks at the facts as they are after the decision.
  const after = next.role === learned.role ? facts : factsOf(next, now);
  if (lookDueAt(next, after, decided.decision, now) <= now) {
    outputs.push({ kind: "look" });
    next = { ...next, lookedAt: now };
  }
  const slots = slotsToOffer(next, after, now);
  if (slots !== next.offered) {
    outputs.push({ kind: "offer", slots });
    next = { ...next, offered: slots };
  }
  const wakeAt = nextWake(next, after, decided.decision, now);
  if (wakeAt !== next.wakeAt && wakeAt !== Number.POSITIVE_INFINITY) outputs.push({ kind: "wake", at: wakeAt });
  return { state: { ...next, wakeAt }, outputs };
}

function learn(state: ElectionState, input: ElectionInput): ElectionState {
  const { tuning } = state.setup;
  const reachability = settle(state.reachability, input.now, tuning);
  const aged = { ...state, reachability, wakeAt: input.kind === "tick" ? Number.POSITIVE_INFINITY : state.wakeAt };
  switch (input.kind) {
    case "tick":
    case "stage-done":
      return aged;
    case "verdict":
      return { ...aged, reachability: withVerdict(reachability, input.verdict, input.now, tuning) };
    case "headroom":
      return { ...aged, headroom: input.headroom };
    case "cell":
      return { ...aged, cell: gatherCell(input.heard, state.setup.self, input.now, tuning) };
    case "notice":
      return { ...aged, policy: withNotice(state.policy, input.notice, input.now) };
    case "settings":
      return { ...aged, settings: input.settings };
  }
}

function decide(state: ElectionState, facts: Facts, input: ElectionInput): Decided {
  const { now } = input;
  const { role, setup, cell } = state;
  switch (role.kind) {
    case "leaf":
      return decideLeaf(
        state,
        role,
        facts,
        now,
        cell !== undefined && cell.at >= now - setup.tuning.freshMs ? "fresh" : "stale",
      );
    case "settling":
      return decideSettling(state, role, facts, now);
    case "serving":
      return decideServing(state, role, facts, now);
    case "stepping-down":
      return decideSteppingDown(state, role, now, input.kind === "stage-done" ? input.stage : undefined);
  }
}

/** None while closed to leaves; a canary a part of them; never fewer than it already serves. */
function slotsToOffer({ headroom, role, setup }: ElectionState, facts: Facts, now: number): number {
  if (role.kind !== "serving") return 0;
  const { canaryMs, canarySlotsPct } = setup.tuning;
  const canary = facts.standing === "unproven" && now - role.openedAt < canaryMs;
  const share = canary ? Math.floor((facts.slots * canarySlotsPct) / 100) : facts.slots;
  return Math.max(share, headroom?.leaves ?? 0);
}
