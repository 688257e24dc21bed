import type { SupernodeReport } from "@skein/election";
import type { Chance } from "./chance.ts";
import { type Member, offeredBy, turnedAwayLately } from "./member.ts";

/** What the network knows of its supernodes: ads, a little old, of which everyone sees a random part. */
export interface Directory {
  /** Announces a member, or says anew how it stands. */
  publish(member: Member, now: number): void;
  withdraw(member: Member): void;
  /** Renews every ad of a member that is there; called at intervals. */
  refresh(now: number): void;
  /** Up to `count` different members, at random. */
  sample(count: number): readonly Member[];
  readonly size: number;
}

/** Slots said of one that is announced and not yet open: the most one offers. */
const ANNOUNCED_SLOTS = 400;

/** Makes an empty directory. */
export function createDirectory(chance: Chance, candidatesAt: (member: Member) => number): Directory {
  const listed: Member[] = [];

  const reportOf = (member: Member, now: number): SupernodeReport | undefined => {
    const { election, id, leaves, profile } = member;
    if (election === undefined || (election.role.kind !== "settling" && election.role.kind !== "serving"))
      return undefined;
    const open = election.role.kind === "serving";
    return {
      id,
      network: profile.name,
      build: election.setup.build,
      phase: open ? "open" : "settling",
      since: election.role.since,
      slots: open ? offeredBy(member) : ANNOUNCED_SLOTS,
      leaves: leaves.size,
      turnedAway: Math.min(turnedAwayLately(member, now), ANNOUNCED_SLOTS),
      candidates: candidatesAt(member),
      heardAt: now,
    };
  };
  const withdraw = (member: Member): void => {
    if (member.listedAt < 0) return;
    const last = listed.pop();
    if (last !== undefined && last !== member) {
      listed[member.listedAt] = last;
      last.listedAt = member.listedAt;
    }
    member.listedAt = -1;
    member.report = undefined;
  };
  const publish = (member: Member, now: number): void => {
    const report = member.presence === "online" ? reportOf(member, now) : undefined;
    if (report === undefined) return;
    member.report = report;
    if (member.listedAt >= 0) return;
    member.listedAt = listed.length;
    listed.push(member);
  };

  return {
    get size() {
      return listed.length;
    },
    publish,
    withdraw,
    refresh(now) {
      for (const member of listed) publish(member, now);
    },
    sample(count) {
      if (listed.length <= count) return [...listed];
      const chosen = new Set<Member>();
      while (chosen.size < count) chosen.add(listed[chance.below(listed.length)] as Member);
      return [...chosen];
    },
  };
}
