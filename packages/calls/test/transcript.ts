import type { DeviceId, UserId } from "@skein/core";
import type { LineEvent, LineOutput } from "../src/machine/input.ts";
import { idle, type LineState, type Peer, type Policies, type Target } from "../src/machine/state.ts";
import { step } from "../src/machine/step.ts";

/** When transcripts begin, ms since 1970. */
export const START = 1_000_000;

/** Two people's devices; the first one's id is the lower. */
export const low: Peer = { user: "user-low" as UserId, device: "device-a" as DeviceId, name: "Ada" };
export const high: Peer = { user: "user-high" as UserId, device: "device-b" as DeviceId, name: "Bo" };
export const third: Peer = { user: "user-third" as UserId, device: "device-c" as DeviceId, name: "Cy" };

/** Relay while it rings, anything afterwards. */
export const widening: Policies = { beforeAnswer: "relay", afterAnswer: "all" };
export const relayOnly: Policies = { beforeAnswer: "relay", afterAnswer: "relay" };
export const open: Policies = { beforeAnswer: "all", afterAnswer: "all" };

/** A line played step by step. */
export interface Played {
  readonly state: LineState;
  /** What the last input led to, one word or two each; `wake` and `changed` are left out. */
  readonly did: readonly string[];
  /** When the machine wants to be woken, ms after {@link START}; what it asked last. */
  readonly wake: number | undefined;
  next(event: LineEvent, afterMs?: number): Played;
}

/** Starts a transcript. */
export function line(state: LineState = idle, now: number = START): Played {
  return played(state, [], undefined, now);
}

function played(state: LineState, outputs: readonly LineOutput[], wakeBefore: number | undefined, now: number): Played {
  const wakes = outputs.flatMap((output) => (output.kind === "wake" ? [output.at - START] : []));
  const wake = wakes.at(-1) ?? wakeBefore;
  return {
    state,
    did: outputs.filter(({ kind }) => kind !== "wake" && kind !== "changed").map(wordsOf),
    wake,
    next(event, afterMs = 0) {
      const later = now + afterMs;
      const next = step(state, { ...event, now: later });
      return played(next.state, next.outputs, wake, later);
    },
  };
}

function wordsOf(output: LineOutput): string {
  switch (output.kind) {
    case "offer":
      return `offer ${output.when}${output.restart ? " restart" : ""}`;
    case "answer":
      return `answer ${output.when}`;
    case "send":
      return `send ${output.what}`;
    case "send-hangup":
      return `hangup ${output.reason}`;
    case "turn-away":
      return `turn away: ${output.how}`;
    case "close":
      return `close ${output.call}`;
    default:
      return output.kind;
  }
}

/** The usual events, short. */
export const on = {
  dial: (target: Target = { kind: "user", user: high.user }, call = "out"): LineEvent => ({
    kind: "dial",
    call,
    target,
  }),
  reached: (policies: Policies = widening, peer: Peer = high): LineEvent => ({
    kind: "reached",
    call: "out",
    peer,
    policies,
  }),
  offered: (peer: Peer = high, call = "in", self: DeviceId = low.device, policies: Policies = widening): LineEvent => ({
    kind: "offered",
    call,
    peer,
    self,
    policies,
  }),
  heard: (what: "ringing" | "accept" | "offer" | "answer", call = "out"): LineEvent => ({ kind: "heard", call, what }),
  media: (
    fact: "connected" | "interrupted" | "failed" | "encryption-failed" | "closed" | "no-relay",
    call = "out",
  ): LineEvent => ({
    kind: "media",
    call,
    fact,
  }),
  microphone: (call = "in"): LineEvent => ({ kind: "microphone-open", call }),
  person: (kind: "answer" | "decline" | "hangup" | "dismiss" | "stop"): LineEvent => ({ kind }),
  channel: (kind: "channel-lost" | "channel-open" | "redial-failed", call = "out"): LineEvent => ({ kind, call }),
  tick: { kind: "tick" } as LineEvent,
};

/** A caller whose call rings there, described and answered by the device but not by the person. */
export function ringingOut(policies: Policies = widening): Played {
  return line().next(on.dial()).next(on.reached(policies)).next(on.heard("ringing")).next(on.heard("answer"));
}

/** A caller who talks; the wider search is settled. */
export function talkingOut(policies: Policies = widening): Played {
  const accepted = ringingOut(policies).next(on.media("connected")).next(on.heard("accept"));
  return policies.afterAnswer === "all" ? accepted.next(on.heard("answer")) : accepted;
}

/** A callee who talks. */
export function talkingIn(): Played {
  return line().next(on.offered()).next(on.media("connected", "in")).next(on.person("answer")).next(on.microphone());
}
