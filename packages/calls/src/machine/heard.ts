import type { HangupReason } from "@skein/wire";
import { CONNECT_TIMEOUT_MS, REPAIR_PAUSE_MS } from "../defaults.ts";
import type { EndReason } from "../reasons.ts";
import type { InputOf } from "./input.ts";
import type { CallWithPeer, Connecting, RingingOut } from "./state.ts";
import { connect, end, go, mayOffer, type Transition } from "./transition.ts";

/** What the other side of this call said. */
export function heard(state: CallWithPeer, { what, now }: InputOf<"heard">): Transition {
  switch (what) {
    case "ringing":
      return state.kind === "ringing-out" ? go({ ...state, stage: "ringing" }) : go(state);
    case "accept":
      return state.kind === "ringing-out" ? accepted(state, now) : go(state);
    case "offer":
      return offer(state, now);
    case "answer":
      return go({ ...state, round: { kind: "settled" } }, { kind: "apply", call: state.call });
  }
}

/** A renegotiation. Our own addresses show only once the person here has answered. */
function offer(state: CallWithPeer, now: number): Transition {
  if (state.role !== "callee")
    return end(state, { kind: "protocol", detail: "an offer from the callee" }, now, "refused");
  const when = state.kind === "ringing-in" ? "before-answer" : "after-answer";
  return go(state, { kind: "answer", call: state.call, when });
}

/** They answered: sound both ways over what is there, and a wider search for a way if both policies differ (CL7, CL8). */
function accepted(state: RingingOut, now: number): Transition {
  const { call, media, policies } = state;
  if (state.round.kind === "open")
    return end(state, { kind: "protocol", detail: "accepted before it was described" }, now, "refused");
  const answered: Connecting = {
    ...state,
    kind: "connecting",
    microphone: "open",
    answeredAt: now,
    deadlineAt: now + CONNECT_TIMEOUT_MS,
    repairAt: now + REPAIR_PAUSE_MS,
  };
  const wider = policies.afterAnswer === "all" && (policies.beforeAnswer === "relay" || state.path === "relayed");
  const offers = (wider || media === "failed") && mayOffer(answered, now);
  const turn: Connecting = offers ? { ...answered, round: { kind: "open", since: now } } : answered;
  return go(
    media === "connected" ? connect(turn, now) : turn,
    { kind: "open-audio", call },
    ...(offers ? [{ kind: "offer", call, when: "after-answer", restart: true } as const] : []),
  );
}

/** They ended it. */
export function heardHangup(state: CallWithPeer, reason: HangupReason, now: number): Transition {
  if (state.kind === "ringing-in") return end(state, { kind: "missed" }, now);
  // Their time to connect began before ours, so theirs ends first: what we tried says more than that something failed.
  if (state.kind === "connecting" && state.media !== "connected" && reason === "failed")
    return end(state, withoutMedia(state), now);
  return end(state, state.kind === "ringing-out" ? WHILE_RINGING[reason] : WHILE_TALKING[reason], now);
}

/** Why an answered call never got media, as far as we can tell. */
export function withoutMedia({ media, tried }: Connecting): EndReason {
  return media === "interrupted" ? { kind: "lost" } : { kind: "no-path", tried };
}

const WHILE_RINGING: Readonly<Record<HangupReason, EndReason>> = {
  hangup: { kind: "declined", by: "them" },
  decline: { kind: "declined", by: "them" },
  busy: { kind: "busy" },
  "no-answer": { kind: "no-answer" },
  refused: { kind: "refused" },
  failed: { kind: "their-failure" },
  stranger: { kind: "stranger" },
};

const WHILE_TALKING: Readonly<Record<HangupReason, EndReason>> = {
  ...WHILE_RINGING,
  hangup: { kind: "hung-up", by: "them" },
  decline: { kind: "hung-up", by: "them" },
  busy: { kind: "hung-up", by: "them" },
  "no-answer": { kind: "hung-up", by: "them" },
};
