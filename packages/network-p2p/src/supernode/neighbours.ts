import { type Clock, type DeviceId, isNetworkError, keyFromId, type Random, type Report } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import type { IndexClient } from "../index-client.ts";
import { byLot } from "./by-lot.ts";
import type { Roster } from "./roster.ts";
import type { RosterGossip } from "./roster-gossip.ts";
import { failuresOf, reportRound } from "./round-failures.ts";
import type { Neighbour, SupernodePool } from "./supernode-pool.ts";

export type { Neighbour } from "./supernode-pool.ts";

/** Other supernodes: found by their ads, kept connected, told of us and of who left. */
export interface Neighbours {
  readonly connected: readonly Neighbour[];
  /** Tells supernodes that a device's connection to us went away. */
  tellLeft(device: DeviceId, sequence: number, whom: readonly DeviceId[]): void;
  /** Looks after them now and asks all of them, or some, for ads; resolves when that is done. */
  tend(asked: Asked): Promise<void>;
  /** Our ad changed in a way that others should hear of at once. */
  announce(): void;
  stop(): void;
}

/** Neighbours asked for ads and notices in one round: each announces its own by itself, and news are passed on. */
const SOME = 3;

/** Who is asked for ads: all before a decision, some to stay in touch. */
export type Asked = "all" | "some";

/** What it needs. */
export interface NeighbourDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly roster: Roster;
  readonly pool: SupernodePool;
  readonly gossip: RosterGossip;
  /** First supernodes, e.g. configured ones. */
  readonly source: () => Promise<readonly SupernodeAd[]>;
  /** What to announce; `undefined` while we serve nobody. */
  readonly ownAd: () => Uint8Array | undefined;
  /** How many to keep: a supernode more, a node that only uses the network few. */
  readonly wanted: () => number;
  /** Whether we would serve, were we needed. */
  readonly candidate: () => "yes" | "no";
  /** A supernode says at which address it sees us. */
  readonly onObserved: (address: string, by: DeviceId) => void;
  /** A version notice came, unchecked. */
  readonly onNotice: (notice: Uint8Array) => void;
}

/** Looks after neighbours every `everyMs`, a quarter more or less, until stopped. Failing to reach one costs nothing but that one. */
export function keepNeighbours(options: { readonly everyMs: number }, dependencies: NeighbourDependencies): Neighbours {
  const { candidate, clock, gossip, onNotice, onObserved, ownAd, pool, random, report, roster, source, wanted } =
    dependencies;
  let stopped = false;
  let cancelNext = (): void => {};
  let tending: { readonly asked: Asked; readonly done: Promise<void> } | undefined;
  let home: DeviceId | undefined;
  /** What each was told last, by its stream: our ad, and as what we joined. */
  const told = new WeakMap<IndexClient, Uint8Array>();
  const joinedAs = new WeakMap<IndexClient, string>();

  /** Says what is new, and asks for ads where wanted; with nothing to say, for a sign of life. */
  const greet = async (neighbour: Neighbour, ads: "wanted" | "not-now"): Promise<void> => {
    const { index, supernode } = neighbour;
    const said = [await tell(neighbour), index.version === 2 && (await join(neighbour))];
    if (ads === "wanted" || index.version === 1) await ask(supernode, "neighbours");
    else if (!said.includes(true)) await ask(supernode, "here");
  };
  /** What either may be answered with: ads. */
  const ask = async (supernode: DeviceId, kind: "neighbours" | "here"): Promise<void> => {
    const answer = await pool.ask(supernode, { kind });
    if (answer.kind !== "ads") return;
    gossip.heard(answer.ads, supernode);
    if (answer.notice !== undefined) onNotice(answer.notice);
  };
  /** One is home as long as it is there: it alone counts us among the candidates. Says whether that was news. */
  const join = async ({ index, supernode }: Neighbour): Promise<boolean> => {
    if (home === undefined || !pool.isOpen(home)) home = supernode;
    const as = { home: home === supernode ? "yes" : "no", candidate: candidate() } as const;
    if (joinedAs.get(index) === JSON.stringify(as)) return false;
    const answer = await pool.ask(supernode, { kind: "join", as: "node", ...as });
    if (answer.kind === "joined") onObserved(answer.observed, supernode);
    joinedAs.set(index, JSON.stringify(as));
    return true;
  };
  /** Says whether our ad was news. */
  const tell = async ({ index, supernode }: Neighbour): Promise<boolean> => {
    const ad = ownAd();
    if (ad === undefined || told.get(index) === ad) return false;
    await pool.ask(supernode, { kind: "announce", ad });
    told.set(index, ad);
    return true;
  };
  /** One that has enough of our questions for now is still a neighbour; one that does not answer is none. */
  const greetOrDrop = async (neighbour: Neighbour, ads: "wanted" | "not-now"): Promise<void> => {
    try {
      await greet(neighbour, ads);
    } catch (error) {
      if (!isNetworkError(error, "refused")) pool.drop(neighbour.supernode);
    }
  };
  /** Opens streams to some of those we know, by lot, up to the number wanted; gives what failed. */
  const meetSome = async (): Promise<readonly unknown[]> => {
    const missing = byLot(
      roster.toTry().filter((ad) => !pool.isOpen(ad.supernode)),
      random,
    ).slice(0, Math.max(0, wanted() - pool.connected.length));
    return failuresOf(await Promise.allSettled(missing.map((ad) => meet(ad.supernode))));
  };
  const round = async (asked: Asked): Promise<void> => {
    cancelNext();
    const [found] = await Promise.allSettled([source()]);
    for (const ad of found.status === "fulfilled" ? found.value : []) roster.add(ad);
    const greeted = byLot(pool.connected, random).map((each, index) =>
      greetOrDrop(each, asked === "all" || index < SOME ? "wanted" : "not-now"),
    );
    const [unmet] = await Promise.all([meetSome(), ...greeted]);
    const synced = await Promise.allSettled([gossip.sync()]);
    // Those that the ones just met told us of are met in the same round.
    const stillUnmet = await meetSome();
    // Another round may have ended meanwhile.
    cancelNext();
    if (stopped) return;
    reportRound(report, "net.neighbours.failed", [...failuresOf([found, ...synced]), ...unmet, ...stillUnmet]);
    cancelNext = clock.at(clock.now() + options.everyMs * (0.75 + random.fraction() / 2), again);
  };
  const meet = async (supernode: DeviceId): Promise<void> => {
    await pool.open(supernode);
    const neighbour = pool.connected.find((each) => each.supernode === supernode);
    if (neighbour !== undefined) await greet(neighbour, "wanted");
  };
  /** One round at a time: who asks meanwhile hears of the one under way, or waits for its end when that asks too few. */
  const tend = (asked: Asked): Promise<void> => {
    if (tending !== undefined && (asked === "some" || tending.asked === "all")) return tending.done;
    const done = (tending?.done ?? Promise.resolve()).catch(() => {}).then(() => round(asked));
    const mine = { asked, done };
    tending = mine;
    return done.finally(() => {
      if (tending === mine) tending = undefined;
    });
  };
  const again = (): void => {
    tend("some").catch(() => {});
  };

  return {
    get connected() {
      return pool.connected;
    },
    announce() {
      for (const each of pool.connected) tell(each).catch(() => {});
    },
    tellLeft(device, sequence, whom) {
      for (const supernode of whom)
        pool.ask(supernode, { kind: "left", device: keyFromId(device), sequence }).catch(() => {});
    },
    tend,
    stop() {
      stopped = true;
      cancelNext();
    },
  };
}
