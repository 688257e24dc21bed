import type { Clock } from "@skein/core";
import { HOME_QUIET_MS, PING_ANSWER_MS, SILENT_LEAF_MS, STANDBY_QUIET_MS } from "./limits.ts";

/** Finds out whether a peer at the other end of an index stream is still there, without a timer of its own at that end. */
export interface Liveness {
  /** Something came from it. */
  heard(): void;
  /** It said what it is here for: from now on it is asked, at home sooner than elsewhere. */
  joined(home: "yes" | "no"): void;
  stop(): void;
}

/**
 * Starts watching. A peer that joined and was quiet for 60 s (its home) or 240 s is pinged, and dead when nothing comes for
 * 20 s; one that did not join, as builds before 0.2, is dead after 10 minutes. `onDead` is called once. Rule PP69.
 */
export function watchLiveness(dependencies: {
  readonly clock: Clock;
  readonly ping: () => void;
  readonly onDead: () => void;
}): Liveness {
  const { clock, onDead, ping } = dependencies;
  let heardAt = clock.now();
  let pingedAt: number | undefined;
  let quietMs: number | undefined;
  let cancel = (): void => {};

  /** What is due at `now`; the time of the next look, or `undefined` when it is over. */
  const act = (now: number): number | undefined => {
    if (pingedAt !== undefined && heardAt < pingedAt) {
      if (now < pingedAt + PING_ANSWER_MS) return pingedAt + PING_ANSWER_MS;
      onDead();
      return undefined;
    }
    pingedAt = undefined;
    const dueAt = heardAt + (quietMs ?? SILENT_LEAF_MS);
    if (now < dueAt) return dueAt;
    if (quietMs === undefined) {
      onDead();
      return undefined;
    }
    pingedAt = now;
    ping();
    return now + PING_ANSWER_MS;
  };
  // One timer, set anew only when it fires: frames come far more often than silence.
  const look = (): void => {
    cancel();
    const next = act(clock.now());
    if (next !== undefined) cancel = clock.at(next, look);
  };
  look();

  return {
    heard() {
      heardAt = clock.now();
      // Within the millisecond of a ping it counts as its answer.
      if (pingedAt === heardAt) pingedAt = undefined;
    },
    joined(home) {
      quietMs = home === "yes" ? HOME_QUIET_MS : STANDBY_QUIET_MS;
      look();
    },
    stop: () => cancel(),
  };
}
