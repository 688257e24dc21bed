import { CALLER_GONE_MS, REDIAL_PAUSES_MS } from "../defaults.ts";
import { RING_TIMEOUT_MS } from "../specification.ts";
import type { InputOf } from "./input.ts";
import type { CallWithPeer, LineState, RingingOut, Signalling } from "./state.ts";
import { go, repair, type Transition } from "./transition.ts";

/** The way to them is open: ask. */
export function reached(state: LineState, input: InputOf<"reached">): Transition {
  if (state.kind !== "reaching") return go(state);
  const { call, startedAt } = state;
  const next: RingingOut = {
    kind: "ringing-out",
    call,
    role: "caller",
    peer: input.peer,
    startedAt,
    policies: input.policies,
    signalling: { kind: "open" },
    round: { kind: "open", since: input.now },
    tried: { ours: [], theirs: [] },
    path: "unknown",
    stage: "asked",
    deadlineAt: startedAt + RING_TIMEOUT_MS,
    media: "setting-up",
  };
  return go(next, { kind: "open-media", call }, { kind: "offer", call, when: "before-answer", restart: false });
}

/** The channel went away. That alone never ends a call: the caller redials, the callee waits (CL42). */
export function channelLost(state: CallWithPeer, now: number): Transition {
  if (state.signalling.kind !== "open") return go(state);
  if (state.role === "caller") return redialWhenDue(withSignalling(state, waiting(0, now)), now);
  const lost = withSignalling(state, { kind: "awaiting-caller" });
  if (lost.kind !== "ringing-in") return go(lost);
  return go({ ...lost, deadlineAt: Math.min(lost.deadlineAt, now + CALLER_GONE_MS) });
}

/** A channel carries this call again. */
export function channelOpen(state: CallWithPeer, now: number): Transition {
  const open = withSignalling(state, { kind: "open" });
  if (open.kind === "ringing-in") return go({ ...open, deadlineAt: open.startedAt + RING_TIMEOUT_MS });
  if (open.kind === "connecting" && open.media === "failed") return repair(open, now);
  return open.kind === "connected" ? repair(open, now) : go(open);
}

/** Redialling did not work; the next try waits longer. */
export function redialFailed(state: CallWithPeer, now: number): Transition {
  if (state.signalling.kind !== "redialling") return go(state);
  return redialWhenDue(withSignalling(state, waiting(state.signalling.attempts, now)), now);
}

/** Redials if its time has come. */
export function redialWhenDue(state: CallWithPeer, now: number): Transition {
  const { signalling, call } = state;
  if (signalling.kind !== "waiting" || now < signalling.retryAt) return go(state);
  const redialling = { kind: "redialling", attempts: signalling.attempts + 1 } as const;
  return go(withSignalling(state, redialling), { kind: "redial", call });
}

function waiting(attempts: number, now: number): Signalling {
  const pauseMs = REDIAL_PAUSES_MS[Math.min(attempts, REDIAL_PAUSES_MS.length - 1)] ?? 0;
  return { kind: "waiting", attempts, retryAt: now + pauseMs };
}

function withSignalling(state: CallWithPeer, signalling: Signalling): CallWithPeer {
  return { ...state, signalling };
}
