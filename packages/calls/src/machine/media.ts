import { BROKEN_TIMEOUT_MS, CLOSED_GRACE_MS } from "../defaults.ts";
import type { InputOf } from "./input.ts";
import type { CallWithPeer, Connected, Connecting, RingingIn, RingingOut } from "./state.ts";
import { connect, end, go, repair, type Transition } from "./transition.ts";

type Fact = InputOf<"media">["fact"];

/** What the connection did. */
export function media(state: CallWithPeer, { fact, now }: InputOf<"media">): Transition {
  if (fact === "encryption-failed") return end(state, { kind: "encryption-failed" }, now, "failed");
  if (fact === "no-relay") return noRelay(state, now);
  return state.kind === "connected" ? whileConnected(state, fact, now) : beforeConnected(state, fact, now);
}

/** Without a relay a call can still come up if other ways open after the answer. */
function noRelay(state: CallWithPeer, now: number): Transition {
  const hopeless = state.kind !== "connected" && state.policies.afterAnswer === "relay";
  return hopeless ? end(state, { kind: "no-relay" }, now, "failed") : go(state);
}

type Early = RingingOut | RingingIn | Connecting;

function beforeConnected(state: Early, fact: Exclude<Fact, "encryption-failed" | "no-relay">, now: number): Transition {
  const next: Early = { ...state, media: fact === "closed" ? "interrupted" : fact };
  if (next.kind !== "connecting") return go(next);
  if (fact === "connected" && next.microphone === "open") return go(connect(next, now));
  return fact === "failed" ? repair(next, now) : go(next);
}

function whileConnected(
  state: Connected,
  fact: Exclude<Fact, "encryption-failed" | "no-relay">,
  now: number,
): Transition {
  if (fact === "closed") return go({ ...state, flow: { kind: "closing", deadlineAt: now + CLOSED_GRACE_MS } });
  if (state.flow.kind === "closing") return go(state);
  if (fact === "connected") return go({ ...state, flow: { kind: "flowing" } });
  const broken: Connected =
    state.flow.kind === "broken"
      ? state
      : { ...state, flow: { kind: "broken", deadlineAt: now + BROKEN_TIMEOUT_MS, repairAt: now } };
  return repair(broken, now);
}

/** The microphone opened: tell them, and let sound through. */
export function microphoneOpen(state: CallWithPeer, now: number): Transition {
  if (state.kind !== "connecting" || state.microphone === "open") return go(state);
  const open: Connecting = { ...state, microphone: "open" };
  return go(
    open.media === "connected" ? connect(open, now) : open,
    { kind: "send", call: state.call, what: "accept" },
    { kind: "open-audio", call: state.call },
  );
}

/** Keeps which kinds of candidates were tried, for the sentence when none works. */
export function candidate(state: CallWithPeer, { whose, tried }: InputOf<"candidate">): Transition {
  const known = state.tried[whose];
  if (known.includes(tried)) return go(state);
  return go({ ...state, tried: { ...state.tried, [whose]: [...known, tried] } });
}
