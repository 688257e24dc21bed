import type { DeviceId } from "@skein/core";
import {
  type Decision,
  type ElectionInput,
  type ElectionOutput,
  initialElection,
  memoryOf,
  type SupernodeReport,
  step,
  type Tuning,
  type VersionPolicy,
} from "@skein/election";
import type { Directory } from "./directory.ts";
import type { LeafLife } from "./leaf-life.ts";
import { type Member, turnedAwayLately } from "./member.ts";
import type { Timeline } from "./timeline.ts";

/** Omits over each member of a union. */
type Without<Input, Keys extends PropertyKey> = Input extends unknown ? Omit<Input, Keys> : never;

/** Runs the product's election machine for every member. */
export interface ElectionDriver {
  /** A session begins that is `ageMs` old already. */
  begin(member: Member, ageMs: number): void;
  /** A session ends without a word. */
  end(member: Member): void;
  /** Measures a supernode. */
  measure(member: Member): void;
}

/** What the driver needs. */
export interface DriverDependencies {
  readonly timeline: Timeline;
  readonly directory: Directory;
  readonly leaves: LeafLife;
  readonly tuning: Tuning;
  readonly policy: VersionPolicy;
  readonly builds: { readonly proven: string; readonly unproven: string };
  /** Hears of each who opens and each whom the machine sends out of service. */
  readonly onChange: (what: "opens" | "goes") => void;
}

/** Ads a node sees when it looks around, how long a look and news take, how often helpers dial back. */
const SEEN = 24;
const LOOK_MS = 500;
const NEWS_MS = 2_000;
const DIAL_BACK_EVERY_MS: number = 10 * 60_000;
const STAGE_MS = 2_000;
const DEAD_LISTED_MS = 30_000;

/** Makes the driver. */
export function createElectionDriver(dependencies: DriverDependencies): ElectionDriver {
  const { builds, directory, leaves, onChange, policy, timeline, tuning } = dependencies;

  const later = (member: Member, afterMs: number, act: () => void): void => {
    const { session } = member;
    timeline.later(afterMs, () => {
      if (member.session === session && member.presence === "online") act();
    });
  };
  const give = (member: Member, event: Without<ElectionInput, "now">): void => {
    if (member.election === undefined) return;
    const { outputs, state } = step(member.election, { ...event, now: timeline.now() } as ElectionInput);
    member.election = state;
    for (const output of outputs) obey(member, output);
  };
  const obey = (member: Member, output: ElectionOutput): void => {
    switch (output.kind) {
      case "wake":
        later(member, output.at - timeline.now(), () => {
          if (member.election?.wakeAt === output.at) give(member, { kind: "tick" });
        });
        return;
      case "look":
        later(member, LOOK_MS, () => look(member));
        return;
      case "offer":
        return;
      case "stay":
      case "promote":
      case "open":
      case "demote":
        follow(member, output);
    }
  };
  const follow = (member: Member, decision: Decision): void => {
    member.standing = isCandidate(decision) ? "candidate" : "other";
    switch (decision.kind) {
      case "stay":
        if (decision.as === "leaf") leaves.seek(member);
        return;
      case "promote":
        leaves.release(member);
        break;
      case "open":
        onChange("opens");
        break;
      case "demote":
        stepDown(member, decision);
        return;
    }
    later(member, NEWS_MS, () => directory.publish(member, timeline.now()));
  };
  const stepDown = (member: Member, { stage }: Decision & { kind: "demote" }): void => {
    if (stage === "refuse") onChange("goes");
    if (stage === "unlist") directory.withdraw(member);
    if (stage === "close") leaves.drop(member, "sent-away");
    later(member, STAGE_MS, () => give(member, { kind: "stage-done", stage }));
  };
  const look = (member: Member): void => {
    const reports = directory
      .sample(SEEN)
      .flatMap(({ report }): SupernodeReport[] => (report === undefined ? [] : [report]));
    const { failures, tries } = member;
    member.tries = 0;
    member.failures = 0;
    give(member, { kind: "cell", heard: { reports, ownTries: tries, ownFailures: failures } });
  };
  const dialBack = (member: Member): void => {
    for (const port of ["ws", "udp"] as const)
      for (const helper of ["helper-1", "helper-2"] as DeviceId[]) {
        const verdict = { port, helper, network: helper, outcome: "reached", at: timeline.now() } as const;
        give(member, { kind: "verdict", verdict });
      }
    later(member, DIAL_BACK_EVERY_MS, () => dialBack(member));
  };

  return {
    begin(member, ageMs) {
      const { profile } = member;
      const setup = { self: member.id, build: builds[profile.build], tuning, settings: profile.settings, policy };
      member.election = initialElection(setup, member.memory, timeline.now() - ageMs);
      give(member, { kind: "headroom", headroom: profile.headroom });
      if (profile.ports === "open") dialBack(member);
    },
    end(member) {
      const { election } = member;
      if (election === undefined) return;
      member.memory = memoryOf(election, timeline.now());
      member.election = undefined;
      member.standing = "other";
      // Its ad outlives it for a while.
      timeline.later(DEAD_LISTED_MS, () => {
        if (member.presence === "away") directory.withdraw(member);
      });
    },
    measure(member) {
      const now = timeline.now();
      const { headroom } = member.profile;
      const count = member.leaves.size;
      const turnedAway = turnedAwayLately(member, now);
      const known = member.election?.headroom;
      if (known?.leaves === count && known.turnedAway === turnedAway) return;
      // What serving takes is not free any more.
      const memoryFreeMiB = Math.max(0, headroom.memoryFreeMiB - count * 0.9);
      const cpuFreePct = Math.max(0, headroom.cpuFreePct - count * 0.02);
      give(member, {
        kind: "headroom",
        headroom: { ...headroom, memoryFreeMiB, cpuFreePct, leaves: count, turnedAway },
      });
    },
  };
}

/** Whether a member would serve if it were needed. */
function isCandidate(decision: Decision): boolean {
  return decision.kind === "stay" && (decision.because === "not-now" || decision.because === "not-needed");
}
