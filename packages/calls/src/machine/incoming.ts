import { RING_TIMEOUT_MS } from "../specification.ts";
import type { InputOf, LineOutput } from "./input.ts";
import { answered } from "./person.ts";
import { isLive, type LineState, type LiveCall, type Peer, type RingingIn, type Target } from "./state.ts";
import { after, end, go, type Transition } from "./transition.ts";

/** A contact calls: ring, say busy, or settle two calls that met (CL2 to CL5). */
export function offered(state: LineState, input: InputOf<"offered">): Transition {
  if (!isLive(state)) return ring(input);
  if (state.call === input.call) return go(state);
  if (state.kind === "reaching")
    return isAimedAt(state.target, input.peer) ? takeTheirs(state, input) : busy(state, input);
  if (state.peer.device === input.peer.device) {
    // A device has one call at a time: when it calls anew, it has forgotten the old one.
    if (state.kind !== "ringing-out") return after(end(state, { kind: "replaced" }, input.now).outputs, ring(input));
    return input.self < input.peer.device ? ours(state, input) : takeTheirs(state, input);
  }
  const samePerson = state.kind === "ringing-out" && state.peer.user === input.peer.user;
  return samePerson ? takeTheirs(state, input) : busy(state, input);
}

/** Tells the other device at once, and sets up the connection while it rings. */
function ring(input: InputOf<"offered">): Transition {
  return go(ringing(input), { kind: "send", call: input.call, what: "ringing" }, ...setUp(input.call));
}

function ringing({ call, peer, policies, now }: InputOf<"offered">): RingingIn {
  return {
    kind: "ringing-in",
    call,
    role: "callee",
    peer,
    startedAt: now,
    policies,
    signalling: { kind: "open" },
    round: { kind: "settled" },
    tried: { ours: [], theirs: [] },
    path: "unknown",
    deadlineAt: now + RING_TIMEOUT_MS,
    media: "setting-up",
  };
}

function setUp(call: string): readonly LineOutput[] {
  return [
    { kind: "open-media", call },
    { kind: "answer", call, when: "before-answer" },
  ];
}

/** Both wanted this call, so theirs is taken without asking anyone. */
function takeTheirs(state: LiveCall, input: InputOf<"offered">): Transition {
  const { call, now } = input;
  const taken = answered(ringing(input), now);
  return after(
    end(state, { kind: "replaced" }, now, "hangup").outputs,
    go(taken, ...setUp(call), { kind: "open-microphone", call }),
  );
}

/** Ours wins: they will find our offer and take it. */
function ours(state: LiveCall, input: InputOf<"offered">): Transition {
  return go(state, { kind: "turn-away", call: input.call, how: "glare" });
}

function busy(state: LiveCall, input: InputOf<"offered">): Transition {
  return go(state, { kind: "turn-away", call: input.call, how: "busy" });
}

function isAimedAt(target: Target, peer: Peer): boolean {
  return target.kind === "user" ? target.user === peer.user : target.device === peer.device;
}
