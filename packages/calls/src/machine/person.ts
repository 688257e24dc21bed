import { CONNECT_TIMEOUT_MS, REACH_TIMEOUT_MS } from "../defaults.ts";
import type { InputOf } from "./input.ts";
import { type Connecting, idle, isLive, type LineState, type RingingIn } from "./state.ts";
import { end, go, type Transition } from "./transition.ts";

/** The person wants to call somebody (CL1). */
export function dial(state: LineState, input: InputOf<"dial">): Transition {
  if (isLive(state)) return go(state);
  const { call, target, now } = input;
  return go(
    { kind: "reaching", call, target, startedAt: now, deadlineAt: now + REACH_TIMEOUT_MS },
    { kind: "reach", call, target },
  );
}

/** The person takes the call: the microphone first, so that "accepted" means "you will hear me" (CL6). */
export function answer(state: LineState, now: number): Transition {
  if (state.kind !== "ringing-in") return go(state);
  return go(answered(state, now), { kind: "open-microphone", call: state.call });
}

/** A call that rang here, taken. */
export function answered(state: RingingIn, now: number): Connecting {
  return {
    ...state,
    kind: "connecting",
    microphone: "opening",
    answeredAt: now,
    deadlineAt: now + CONNECT_TIMEOUT_MS,
    repairAt: now,
  };
}

/** The person does not take the call. */
export function decline(state: LineState, now: number): Transition {
  return state.kind === "ringing-in" ? end(state, { kind: "declined", by: "us" }, now, "decline") : go(state);
}

/** The person puts down the phone, whatever it was doing (CL9). */
export function hangup(state: LineState, now: number): Transition {
  if (!isLive(state)) return go(state);
  if (state.kind === "ringing-in") return decline(state, now);
  const early = state.kind === "reaching" || state.kind === "ringing-out";
  return end(state, early ? { kind: "cancelled" } : { kind: "hung-up", by: "us" }, now, "hangup");
}

/** The person has seen how it ended. */
export function dismiss(state: LineState): Transition {
  return go(state.kind === "ended" ? idle : state);
}

/** The whole line is shut down. */
export function stop(state: LineState, now: number): Transition {
  return isLive(state) ? end(state, { kind: "stopped" }, now, "hangup") : go(idle);
}
