import type { HangupReason } from "@skein/wire";
import type { LineEvent, LineOutput } from "../src/machine/input.ts";
import { idle, isLive, type LineState, type Peer, type Policies } from "../src/machine/state.ts";
import { step } from "../src/machine/step.ts";

/** What goes from one line to the other. */
type Spoken =
  | { readonly kind: "offer"; readonly call: string; readonly policies: Policies }
  | { readonly kind: "answer" | "ringing" | "accept"; readonly call: string }
  | { readonly kind: "hangup"; readonly call: string; readonly reason: HangupReason };

/** One end of a call between two machines. */
export interface Side {
  readonly who: Peer;
  state: LineState;
  /** Calls with an open connection; never more than one. */
  readonly media: Set<string>;
  /** Spoken and not yet heard, in order. */
  readonly said: Spoken[];
  /** What the world owes this side: microphones and ways that open, connections that come up. */
  readonly due: LineEvent[];
  wakeAt: number | undefined;
  dials: number;
}

/** Two machines and the little world between them: everything takes its time, in an order the test chooses. */
export interface TwoLines {
  readonly sides: readonly [Side, Side];
  readonly now: number;
  /** Gives an event to a side and does what follows. */
  give(side: Side, event: LineEvent): void;
  dial(side: Side): void;
  /** Lets the other side hear the oldest thing this side said; `false` when there is none. */
  deliver(from: Side): boolean;
  /** Gives a side what the world owes it, oldest first; `false` when there is nothing. */
  settle(side: Side): boolean;
  /** Moves time on to the next moment any side waits for; `false` when none does. */
  wait(): boolean;
}

/** Two lines at rest. */
export function createTwoLines(one: Peer, other: Peer, policies: Policies): TwoLines {
  const sides: readonly [Side, Side] = [createSide(one), createSide(other)];
  let now = 1_000_000;

  function give(side: Side, event: LineEvent): void {
    const { state, outputs } = step(side.state, { ...event, now });
    side.state = state;
    for (const output of outputs) perform(side, output);
  }

  function perform(side: Side, output: LineOutput): void {
    switch (output.kind) {
      case "reach":
        side.due.push({ kind: "reached", call: output.call, peer: otherOf(side).who, policies });
        break;
      case "open-media":
        side.media.add(output.call);
        break;
      case "offer":
        side.said.push({ kind: "offer", call: output.call, policies });
        break;
      case "answer":
        side.said.push({ kind: "answer", call: output.call });
        break;
      case "apply":
        for (const each of sides) each.due.push({ kind: "media", call: output.call, fact: "connected" });
        break;
      case "send":
        side.said.push({ kind: output.what, call: output.call });
        break;
      case "send-hangup":
        side.said.push({ kind: "hangup", call: output.call, reason: output.reason });
        break;
      case "turn-away":
        if (output.how === "busy") side.said.push({ kind: "hangup", call: output.call, reason: "busy" });
        break;
      case "open-microphone":
        side.due.push({ kind: "microphone-open", call: output.call });
        break;
      case "redial":
        for (const each of sides) each.due.push({ kind: "channel-open", call: output.call });
        break;
      case "close":
        side.media.delete(output.call);
        break;
      case "wake":
        side.wakeAt = output.at;
        break;
      case "open-audio":
      case "changed":
        break;
    }
  }

  function otherOf(side: Side): Side {
    return side === sides[0] ? sides[1] : sides[0];
  }

  return {
    sides,
    get now() {
      return now;
    },
    give,
    dial(side) {
      side.dials += 1;
      const call = `${side.who.device}-${side.dials}`;
      give(side, { kind: "dial", call, target: { kind: "user", user: otherOf(side).who.user } });
    },
    deliver(from) {
      const spoken = from.said.shift();
      if (spoken === undefined) return false;
      const to = otherOf(from);
      give(to, asHeard(spoken, from, to));
      return true;
    },
    settle(side) {
      const event = side.due.shift();
      if (event !== undefined) give(side, event);
      return event !== undefined;
    },
    wait() {
      const times = sides.flatMap(({ state, wakeAt }) => (isLive(state) && wakeAt !== undefined ? [wakeAt] : []));
      if (times.length === 0) return false;
      now = Math.max(now, Math.min(...times));
      for (const side of sides) if (side.wakeAt !== undefined && side.wakeAt <= now) give(side, { kind: "tick" });
      return true;
    },
  };
}

/** A first offer is a call that comes in; the driver tells it from a later one by its call. */
function asHeard(spoken: Spoken, from: Side, to: Side): LineEvent {
  const { call } = spoken;
  if (spoken.kind === "hangup") return { kind: "heard-hangup", call, reason: spoken.reason };
  if (spoken.kind !== "offer") return { kind: "heard", call, what: spoken.kind };
  if (isLive(to.state) && to.state.call === call) return { kind: "heard", call, what: "offer" };
  return { kind: "offered", call, peer: from.who, self: to.who.device, policies: spoken.policies };
}

function createSide(who: Peer): Side {
  return { who, state: idle, media: new Set(), said: [], due: [], wakeAt: undefined, dials: 0 };
}
