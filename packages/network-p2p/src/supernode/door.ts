import type { Clock, DeviceId, Random } from "@skein/core";
import { type Admission, admit, doorLimits } from "@skein/election";
import { DOOR_MEMORY_MS, MAX_REMEMBERED_AT_DOOR, RETURNING_MS } from "./limits.ts";

/** The door of a supernode: who gets a relay slot now, and who comes again later. */
export interface Door {
  /**
   * The verdict on a device. It stands for a few seconds, so that the relay and the index stream of one arrival, in
   * whichever order they ask, hear the same. Who has a slot keeps it.
   */
  knock(device: DeviceId): Admission;
  /** A device's slot ended: for ten minutes it counts as returning. */
  left(device: DeviceId): void;
  /** Leaves turned away in the last minute. */
  turnedAway(): number;
}

/** What the door looks at. */
export interface DoorDependencies {
  readonly clock: Clock;
  readonly random: Random;
  /** Slots offered now; 0 while closed. */
  readonly slots: () => number;
  readonly leaves: () => number;
  readonly holdsSlot: (device: DeviceId) => boolean;
  /** How busy the process is: CPU of one core in percent, and how late timers fire in ms. */
  readonly busy: () => { readonly cpuPct: number; readonly lagMs: number };
}

const SECOND = 1_000;
const MINUTE = 60_000;

/** Makes the door; every memory in it is bounded. */
export function createDoor({ busy, clock, holdsSlot, leaves, random, slots }: DoorDependencies): Door {
  const verdicts = new Map<DeviceId, { readonly admission: Admission; readonly at: number }>();
  const leftAt = new Map<DeviceId, number>();
  const turnedAwayAt = new Map<DeviceId, number>();
  let taken: readonly number[] = [];

  const turnedAway = (): number => {
    forgetUntil(turnedAwayAt, clock.now() - MINUTE);
    return turnedAwayAt.size;
  };
  const judge = (device: DeviceId, now: number): Admission => {
    taken = taken.filter((at) => at > now - SECOND);
    const load = {
      ...busy(),
      slots: slots(),
      leaves: leaves(),
      takenLastSecond: taken.length,
      turnedAwayLastMinute: turnedAway(),
    };
    const who = (leftAt.get(device) ?? 0) > now - RETURNING_MS ? "returning" : "newcomer";
    return admit(load, who, doorLimits, { chance: random.fraction(), jitter: random.fraction() });
  };

  return {
    knock(device) {
      const now = clock.now();
      if (holdsSlot(device)) return { kind: "accept" };
      const known = verdicts.get(device);
      if (known !== undefined && known.at > now - DOOR_MEMORY_MS) return known.admission;
      const admission = judge(device, now);
      if (admission.kind === "accept") taken = [...taken, now];
      else remember(turnedAwayAt, device, now);
      verdicts.delete(device);
      verdicts.set(device, { admission, at: now });
      const [oldest] = verdicts.keys();
      if (verdicts.size > MAX_REMEMBERED_AT_DOOR && oldest !== undefined) verdicts.delete(oldest);
      return admission;
    },
    left: (device) => remember(leftAt, device, clock.now()),
    turnedAway,
  };
}

/** The newest is last, so that the oldest is found at once. */
function remember(times: Map<DeviceId, number>, device: DeviceId, now: number): void {
  times.delete(device);
  times.set(device, now);
  const [oldest] = times.keys();
  if (times.size > MAX_REMEMBERED_AT_DOOR && oldest !== undefined) times.delete(oldest);
}

function forgetUntil(times: Map<DeviceId, number>, until: number): void {
  for (const [device, at] of times) {
    if (at > until) return;
    times.delete(device);
  }
}
