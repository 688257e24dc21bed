import type { DeviceId } from "@skein/core";
import { type ElectionMemory, type ElectionState, noMemory, type SupernodeReport } from "@skein/election";
import type { Profile } from "./population.ts";

/** One member of the simulated network. Written by the parts that own the field; times in virtual ms. */
export interface Member {
  readonly id: DeviceId;
  readonly profile: Profile;
  presence: "online" | "away";
  /** Counts its sessions: whatever was planned in an earlier one is void. */
  session: number;

  // Written by the election driver.
  election: ElectionState | undefined;
  memory: ElectionMemory;
  /** Whether it would serve if it were needed. */
  standing: "candidate" | "other";

  // Written by the directory.
  /** What others are told of it; `undefined` when nothing is. */
  report: SupernodeReport | undefined;
  /** Its place in the directory's list, −1 when it has none. */
  listedAt: number;

  // Written by the leaf life.
  readonly homes: Member[];
  readonly leaves: Set<Member>;
  seeking: "yes" | "no";
  tries: number;
  failures: number;
  readonly door: Door;
}

/** What passed a supernode's door lately. */
export interface Door {
  second: number;
  taken: number;
  minute: number;
  turnedAway: number;
  turnedAwayBefore: number;
}

/** A member that is away and was never there. */
export function createMember(profile: Profile): Member {
  return {
    id: profile.name as DeviceId,
    profile,
    presence: "away",
    session: 0,
    election: undefined,
    memory: noMemory,
    standing: "other",
    report: undefined,
    listedAt: -1,
    homes: [],
    leaves: new Set(),
    seeking: "no",
    tries: 0,
    failures: 0,
    door: { second: 0, taken: 0, minute: 0, turnedAway: 0, turnedAwayBefore: 0 },
  };
}

/** Slots a member offers at this moment. */
export function offeredBy(member: Member): number {
  return member.presence === "online" ? (member.election?.offered ?? 0) : 0;
}

/** Whether a member is announced as a supernode, or on its way out. */
export function servesAs(member: Member): "leaf" | "supernode" {
  return member.election === undefined || member.election.role.kind === "leaf" ? "leaf" : "supernode";
}

/** Leaves turned away in about the last minute: those of this minute and of the one before, weighed by what is left of it. */
export function turnedAwayLately({ door }: Member, now: number): number {
  const minute = Math.floor(now / 60_000);
  if (minute > door.minute + 1) return 0;
  const part = (now % 60_000) / 60_000;
  if (minute > door.minute) return Math.round(door.turnedAway * (1 - part));
  return Math.round(door.turnedAway + door.turnedAwayBefore * (1 - part));
}

/** Notes one knock at a supernode's door. */
export function noteKnock({ door }: Member, answer: "taken" | "turned-away", now: number): void {
  const minute = Math.floor(now / 60_000);
  if (minute !== door.minute) {
    door.turnedAwayBefore = minute === door.minute + 1 ? door.turnedAway : 0;
    door.turnedAway = 0;
    door.minute = minute;
  }
  const second = Math.floor(now / 1_000);
  if (second !== door.second) {
    door.taken = 0;
    door.second = second;
  }
  if (answer === "taken") door.taken += 1;
  else door.turnedAway += 1;
}
