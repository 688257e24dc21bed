import type { Clock } from "@skein/core";
import type { LineEvent, LineOutput } from "../machine/input.ts";
import { idle, type LineState } from "../machine/state.ts";
import { step } from "../machine/step.ts";

/** Runs the machine: events in, outputs performed in order, woken when it asked to be. */
export interface MachineLoop {
  readonly state: LineState;
  /** One event after the other, each with all it leads to: what an output feeds back waits its turn. */
  feed(event: LineEvent): void;
}

/** What the loop does with what the machine says. Neither may throw. */
export interface MachineLoopHandlers {
  moved(before: LineState, after: LineState): void;
  perform(output: Exclude<LineOutput, { kind: "wake" }>): void;
}

/** Starts idle. */
export function createMachineLoop(clock: Clock, handlers: MachineLoopHandlers): MachineLoop {
  const events: LineEvent[] = [];
  let state: LineState = idle;
  let working = false;
  let cancelWake = (): void => {};

  function advance(event: LineEvent): void {
    const before = state;
    const next = step(before, { ...event, now: clock.now() });
    state = next.state;
    if (next.state !== before) {
      // The wake asked for was that of the state before; the new one may need none.
      cancelWake();
      handlers.moved(before, next.state);
    }
    for (const output of next.outputs) {
      if (output.kind === "wake") wakeAt(output.at);
      else handlers.perform(output);
    }
  }

  /** The machine names its next moment after every change, so one timer is enough. */
  function wakeAt(at: number): void {
    cancelWake();
    cancelWake = clock.at(at, () => loop.feed({ kind: "tick" }));
  }

  const loop: MachineLoop = {
    get state() {
      return state;
    },
    feed(event) {
      events.push(event);
      if (working) return;
      working = true;
      try {
        for (let next = events.shift(); next !== undefined; next = events.shift()) advance(next);
      } finally {
        working = false;
      }
    },
  };
  return loop;
}
