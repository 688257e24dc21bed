import { admit, doorLimits } from "@skein/election";
import type { Chance } from "./chance.ts";
import type { Directory } from "./directory.ts";
import { type Member, noteKnock, offeredBy, servesAs, turnedAwayLately } from "./member.ts";
import type { Timeline } from "./timeline.ts";

/** How leaves find and keep supernodes: a model of what `@skein/network-p2p` does, with the product's own admission. */
export interface LeafLife {
  /** Looks for supernodes until it has enough of them. */
  seek(member: Member): void;
  /** Lets go of the supernodes it uses. */
  release(member: Member): void;
  /** Tells all leaves of a member, one by one, that it is gone. */
  drop(supernode: Member, how: "killed" | "vanished" | "sent-away"): void;
}

/** Warm supernodes of a leaf, and ads it compares at each choice. */
const WARM = 3;
const COMPARED = 8;

/** A join takes so long; a dead address costs so much; tries before a pause; pauses double between these. ms. */
const JOIN_MS = 300;
const DEAD_MS = 3_000;
const TRIES = 3;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Share of a core that one leaf costs, and one join, percent of a second. */
const LEAF_CPU_PCT = 0.02;
const JOIN_CPU_PCT = 2.5;

/** How long leaves take to notice: a reset at once, silence at the next ping. Share of ends that are silent. */
const RESET_MS = 2_000;
const PING_MS = 60_000;
const SILENT_SHARE = 0.3;
const SENT_AWAY_MS = 10_000;

/** Where a search stands: tries since the last pause, the next pause, and the shortest wait a full supernode asked for. */
interface Run {
  readonly tries: number;
  readonly pauseMs: number;
  readonly waitMs: number;
}

const FRESH: Run = { tries: 0, pauseMs: FIRST_PAUSE_MS, waitMs: 0 };

/** The shorter of two waits; 0 is none. */
function shorter(one: number, other: number): number {
  return one === 0 || other === 0 ? Math.max(one, other) : Math.min(one, other);
}

/** Makes the life of leaves. */
export function createLeafLife(timeline: Timeline, directory: Directory, chance: Chance): LeafLife {
  const choose = (member: Member): Member | undefined => {
    let best: Member | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (const candidate of directory.sample(COMPARED)) {
      const { report } = candidate;
      if (report?.phase !== "open" || candidate === member || member.homes.includes(candidate)) continue;
      const band = report.leaves >= report.slots ? 9 : Math.floor((4 * report.leaves) / report.slots);
      const rank = band + chance.fraction();
      if (rank < bestRank) [best, bestRank] = [candidate, rank];
    }
    return best;
  };
  const knock = (leaf: Member, supernode: Member): number => {
    const now = timeline.now();
    const slots = offeredBy(supernode);
    const rush = Math.floor(now / 1_000) === supernode.door.second ? supernode.door.taken : 0;
    const load = {
      slots,
      leaves: supernode.leaves.size,
      cpuPct: Math.min(100, supernode.leaves.size * LEAF_CPU_PCT + rush * JOIN_CPU_PCT),
      lagMs: 1,
      takenLastSecond: rush,
      turnedAwayLastMinute: turnedAwayLately(supernode, now),
    };
    const answer = admit(load, "newcomer", doorLimits, { chance: chance.fraction(), jitter: chance.fraction() });
    noteKnock(supernode, answer.kind === "accept" ? "taken" : "turned-away", now);
    if (answer.kind === "retry") return answer.afterMs;
    supernode.leaves.add(leaf);
    leaf.homes.push(supernode);
    return 0;
  };

  /** One knock further; `run` counts the tries since the last pause. */
  const search = (member: Member, run: Run): void => {
    const { session } = member;
    const again = (afterMs: number, next: Run): void =>
      timeline.later(afterMs, () => {
        if (member.session === session && member.presence === "online") search(member, next);
      });
    if (member.homes.length >= WARM || servesAs(member) === "supernode") {
      member.seeking = "no";
      return;
    }
    const choice = run.tries < TRIES ? choose(member) : undefined;
    if (choice === undefined) {
      const rest = Math.max(run.pauseMs, run.waitMs) * (0.5 + chance.fraction() / 2);
      again(rest, { tries: 0, pauseMs: Math.min(2 * run.pauseMs, LONGEST_PAUSE_MS), waitMs: 0 });
      return;
    }
    member.tries += 1;
    const dead = choice.presence === "away" || servesAs(choice) === "leaf";
    const waitMs = dead ? 0 : knock(member, choice);
    if (!dead && waitMs === 0) {
      again(JOIN_MS, FRESH);
      return;
    }
    member.failures += 1;
    again(dead ? DEAD_MS : JOIN_MS, { ...run, tries: run.tries + 1, waitMs: shorter(run.waitMs, waitMs) });
  };
  const seek = (member: Member): void => {
    if (member.seeking === "yes") return;
    member.seeking = "yes";
    search(member, FRESH);
  };

  return {
    seek,
    release(member) {
      for (const home of member.homes) home.leaves.delete(member);
      member.homes.length = 0;
      member.seeking = "no";
    },
    drop(supernode, how) {
      for (const leaf of supernode.leaves) {
        leaf.homes.splice(leaf.homes.indexOf(supernode), 1);
        const silent = how === "vanished" && chance.fraction() < SILENT_SHARE;
        const within = how === "sent-away" ? SENT_AWAY_MS : silent ? PING_MS : RESET_MS;
        const { session } = leaf;
        timeline.later(chance.fraction() * within, () => {
          if (leaf.session === session && leaf.presence === "online") seek(leaf);
        });
      }
      supernode.leaves.clear();
    },
  };
}
