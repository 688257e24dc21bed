import type { Step } from "@skein/core";
import type { HangupReason } from "@skein/wire";
import { REPAIR_PAUSE_MS, ROUND_TIMEOUT_MS } from "../defaults.ts";
import type { EndReason } from "../reasons.ts";
import type { LineOutput } from "./input.ts";
import type { CallWithPeer, Connected, Connecting, LineState, LiveCall } from "./state.ts";

/** What one input leads to, before `step.ts` adds `wake` and `changed`. */
export type Transition = Step<LineState, LineOutput>;

/** The next state and what to do. */
export function go(state: LineState, ...outputs: readonly LineOutput[]): Transition {
  return { state, outputs };
}

/** Adds outputs in front of those of another transition. */
export function after(outputs: readonly LineOutput[], next: Transition): Transition {
  return { state: next.state, outputs: [...outputs, ...next.outputs] };
}

/** Ends a call. `tell`: what the other side hears; left out when it knows, or nobody was asked yet. */
export function end(state: LiveCall, reason: EndReason, now: number, tell?: HangupReason): Transition {
  const { call, startedAt } = state;
  const hangup: LineOutput[] =
    tell === undefined || state.kind === "reaching" ? [] : [{ kind: "send-hangup", call, reason: tell }];
  return go(
    {
      kind: "ended",
      call,
      role: state.kind === "reaching" ? "caller" : state.role,
      peer: state.kind === "reaching" ? state.target : state.peer,
      startedAt,
      connectedAt: state.kind === "connected" ? state.connectedAt : "never",
      endedAt: now,
      reason,
    },
    ...hangup,
    { kind: "close", call },
  );
}

/** Answered, microphone open, connection up: people talk. */
export function connect(state: Connecting, now: number): Connected {
  const { call, role, peer, startedAt, policies, signalling, round, tried, path } = state;
  return {
    kind: "connected",
    call,
    role,
    peer,
    startedAt,
    policies,
    signalling,
    round,
    tried,
    path,
    connectedAt: now,
    flow: { kind: "flowing" },
  };
}

/** Says whether the caller may make an offer now: it has the turn, and a channel to send it on. */
export function mayOffer(state: CallWithPeer, now: number): boolean {
  if (state.role !== "caller" || state.signalling.kind !== "open") return false;
  return state.round.kind === "settled" || now >= state.round.since + ROUND_TIMEOUT_MS;
}

/** Lets the caller restart ICE if it may, and not too often (CL41). A callee, or a caller without a turn, waits. */
export function repair(state: Connecting | Connected, now: number): Transition {
  const due =
    state.kind === "connecting" ? state.repairAt : state.flow.kind === "broken" ? state.flow.repairAt : Infinity;
  if (now < due || !mayOffer(state, now)) return go(state);
  const repairAt = now + REPAIR_PAUSE_MS;
  const round = { kind: "open", since: now } as const;
  const next: Connecting | Connected =
    state.kind === "connecting"
      ? { ...state, round, repairAt }
      : { ...state, round, flow: state.flow.kind === "broken" ? { ...state.flow, repairAt } : state.flow };
  return go(next, { kind: "offer", call: state.call, when: "after-answer", restart: true });
}
