import type { Step } from "@skein/core";
import { ROUND_TIMEOUT_MS } from "../defaults.ts";
import type { EndReason } from "../reasons.ts";
import { heard, heardHangup, withoutMedia } from "./heard.ts";
import { offered } from "./incoming.ts";
import type { LineInput, LineOutput } from "./input.ts";
import { candidate, media, microphoneOpen } from "./media.ts";
import { answer, decline, dial, dismiss, hangup, stop } from "./person.ts";
import { channelLost, channelOpen, reached, redialFailed, redialWhenDue } from "./signalling.ts";
import { type CallWithPeer, hasPeer, isLive, type LineState, type LiveCall } from "./state.ts";
import { after, end, go, repair, type Transition } from "./transition.ts";

/**
 * The machine of a device's line: what a call does next. Pure; inputs about another call than the one under way change
 * nothing. Rules: docs/spec/calls.md, CL1 to CL14 and CL40 ff.
 */
export function step(state: LineState, input: LineInput): Step<LineState, LineOutput> {
  const next = react(state, input);
  const changed = next.state !== state;
  const wakeAt = changed || input.kind === "tick" ? nextWake(next.state) : Number.POSITIVE_INFINITY;
  return {
    state: next.state,
    outputs: [
      ...next.outputs,
      ...(changed ? [{ kind: "changed" } as const] : []),
      ...(wakeAt === Number.POSITIVE_INFINITY ? [] : [{ kind: "wake", at: wakeAt } as const]),
    ],
  };
}

function react(state: LineState, input: LineInput): Transition {
  switch (input.kind) {
    case "dial":
      return dial(state, input);
    case "answer":
      return answer(state, input.now);
    case "decline":
      return decline(state, input.now);
    case "hangup":
      return hangup(state, input.now);
    case "dismiss":
      return dismiss(state);
    case "stop":
      return stop(state, input.now);
    case "offered":
      return offered(state, input);
    case "tick":
      return isLive(state) ? tick(state, input.now) : go(state);
    default:
      return isLive(state) && state.call === input.call ? reactInCall(state, input) : go(state);
  }
}

type CallInput = Extract<LineInput, { readonly call: string }>;

function reactInCall(state: LiveCall, input: Exclude<CallInput, { kind: "dial" | "offered" }>): Transition {
  switch (input.kind) {
    case "reached":
      return reached(state, input);
    case "not-reached":
      return end(state, input.reason, input.now);
    case "microphone-failed":
      return end(state, { kind: "microphone", fault: input.fault }, input.now, "failed");
    case "media-broke":
      return end(state, input.reason, input.now, "failed");
    case "refused":
      return end(state, input.reason, input.now, "refused");
    default:
      return hasPeer(state) ? reactWithPeer(state, input) : go(state);
  }
}

type PeerInput = Exclude<
  CallInput,
  { kind: "dial" | "offered" | "reached" | "not-reached" | "microphone-failed" | "media-broke" | "refused" }
>;

function reactWithPeer(state: CallWithPeer, input: PeerInput): Transition {
  switch (input.kind) {
    case "channel-lost":
      return channelLost(state, input.now);
    case "channel-open":
      return channelOpen(state, input.now);
    case "redial-failed":
      return redialFailed(state, input.now);
    case "heard":
      return heard(state, input);
    case "heard-hangup":
      return heardHangup(state, input.reason, input.now);
    case "media":
      return media(state, input);
    case "microphone-open":
      return microphoneOpen(state, input.now);
    case "candidate":
      return candidate(state, input);
    case "path":
      return go(state.path === input.path ? state : { ...state, path: input.path });
  }
}

/** Time passed: give up what took too long, try again what is due. */
function tick(state: LiveCall, now: number): Transition {
  if (now >= deadlineOf(state)) return end(state, overdue(state), now, OVERDUE_HANGUP[state.kind]);
  if (state.kind === "reaching") return go(state);
  const redialled = redialWhenDue(state, now);
  const current = redialled.state;
  const broken =
    (current.kind === "connecting" && current.media === "failed") ||
    (current.kind === "connected" && current.flow.kind === "broken");
  return broken ? after(redialled.outputs, repair(current, now)) : redialled;
}

const OVERDUE_HANGUP = {
  reaching: "no-answer",
  "ringing-out": "no-answer",
  "ringing-in": "no-answer",
  connecting: "failed",
  connected: "failed",
} as const;

function overdue(state: LiveCall): EndReason {
  switch (state.kind) {
    case "reaching":
      return { kind: "unreachable", detail: "no answer in time" };
    case "ringing-out":
      return { kind: "no-answer" };
    case "ringing-in":
      return { kind: "missed" };
    case "connecting":
      if (state.microphone === "opening") return { kind: "microphone", fault: "failed" };
      return withoutMedia(state);
    case "connected":
      return state.flow.kind === "closing" ? { kind: "hung-up", by: "them" } : { kind: "lost" };
  }
}

function deadlineOf(state: LiveCall): number {
  if (state.kind !== "connected") return state.deadlineAt;
  return state.flow.kind === "flowing" ? Number.POSITIVE_INFINITY : state.flow.deadlineAt;
}

function nextWake(state: LineState): number {
  if (!isLive(state)) return Number.POSITIVE_INFINITY;
  if (state.kind === "reaching") return state.deadlineAt;
  const retryAt = state.signalling.kind === "waiting" ? state.signalling.retryAt : Number.POSITIVE_INFINITY;
  return Math.min(deadlineOf(state), retryAt, repairTime(state));
}

/** When a repair may be tried next; only the caller with a channel tries. */
function repairTime(state: CallWithPeer): number {
  if (state.role !== "caller" || state.signalling.kind !== "open") return Number.POSITIVE_INFINITY;
  const turnAt = state.round.kind === "open" ? state.round.since + ROUND_TIMEOUT_MS : 0;
  if (state.kind === "connecting" && state.media === "failed") return Math.max(turnAt, state.repairAt);
  if (state.kind === "connected" && state.flow.kind === "broken") return Math.max(turnAt, state.flow.repairAt);
  return Number.POSITIVE_INFINITY;
}
