import { createLive, type DeviceId, type Live, type NetworkError, type Random, type Report } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import type { DialPolicy } from "./addresses.ts";
import {
  FIRST_TRIAL_MS,
  HOME_PING_MS,
  HOME_SILENCE_MS,
  MAX_TRIALS,
  NEWS_EVERY_MS,
  REPLACE_SPREAD_ALONE_MS,
  REPLACE_SPREAD_MS,
  STANDBY_PING_MS,
  STANDBY_SILENCE_MS,
  TRIAL_EVERY_MS,
} from "./defaults.ts";
import type { HostCache } from "./host-cache.ts";
import { type Push, SupernodeRefusal } from "./index-client.ts";
import { toNetworkError } from "./network-errors.ts";
import type { Refill } from "./refill.ts";
import { createRefillPace } from "./refill-pace.ts";
import { factsOf } from "./supernode-facts.ts";
import { type LinkDependencies, openSupernodeLink, type SupernodeLink } from "./supernode-link.ts";
import { afterFailure, afterSuccess, type Experience, planSupernodes, type SupernodePlan } from "./supernode-plan.ts";
import { createTimers } from "./timers.ts";

/** The supernodes a leaf keeps warm. */
export interface WarmSupernodes {
  /** Those that serve us now, home first. */
  readonly links: Live<readonly SupernodeLink[]>;
  /** Why the last try failed, if nothing worked since. */
  readonly lastError: NetworkError | undefined;
  /** Plans anew: new ads came. */
  tend(): void;
  /** Asks each for a sign of life now, and drops those that give none: the machine woke up, or changed networks. */
  check(): void;
  stop(): Promise<void>;
}

/** What the warm supernodes need. */
export interface WarmDependencies extends LinkDependencies {
  readonly cache: HostCache;
  readonly refill: Refill;
  readonly onPush: (from: SupernodeLink, push: Push) => void;
  /** Whether channels go through this supernode now. */
  readonly isBusy: (supernode: DeviceId) => boolean;
  readonly random: Random;
  readonly report: Report;
}

/** Starts keeping `wanted` supernodes warm, as `supernode-plan.ts` says; this only carries plans out. */
export function keepWarm(
  options: { readonly wanted: number; readonly policy: DialPolicy },
  dependencies: WarmDependencies,
): WarmSupernodes {
  const { cache, clock, isBusy, random, refill, report } = dependencies;
  const links = createLive<readonly SupernodeLink[]>([]);
  const experiences = new Map<DeviceId, Experience>();
  const connecting = new Set<DeviceId>();
  const stopping = new AbortController();
  const timers = createTimers(clock);
  const pace = createRefillPace();
  let lastError: NetworkError | undefined;
  let home: DeviceId | undefined;
  let holdOffUntil = 0;
  let trials = { left: MAX_TRIALS, at: clock.now() + FIRST_TRIAL_MS };
  let newsAt = clock.now() + NEWS_EVERY_MS;
  let cancelTend = (): void => {};
  let cancelWatch = (): void => {};

  const experienceOf = (supernode: DeviceId): Experience => experiences.get(supernode) ?? { failures: 0, retryAt: 0 };
  const plan = (): SupernodePlan => {
    const now = clock.now();
    const facts = factsOf(cache.known, { now, links: links.value, connecting, experienceOf, isBusy });
    const trial = trials.left > 0 && trials.at <= now ? "now" : "not-now";
    const situation = { now, wanted: options.wanted, home, trial, holdOffUntil } as const;
    return planSupernodes(facts, situation, () => random.fraction());
  };
  const tend = (): void => {
    if (stopping.signal.aborted) return;
    cancelTend();
    const { connect, drop, home: chosen, known, wakeAt } = plan();
    for (const { supernode, reason } of drop) {
      const link = links.value.find((each) => each.supernode === supernode);
      if (link === undefined) continue;
      report({ name: "net.supernode.choice", supernode, choice: "drop", reason });
      link.close().catch(() => {});
    }
    const left = links.value.filter((link) => !drop.some(({ supernode }) => supernode === link.supernode));
    show(left, chosen);
    for (const { supernode, reason } of connect) {
      const ad = cache.known.find((each) => each.supernode === supernode);
      if (ad === undefined) continue;
      if (links.value.length >= options.wanted) trials = { left: trials.left - 1, at: clock.now() + TRIAL_EVERY_MS };
      report({ name: "net.supernode.choice", supernode, choice: "connect", reason });
      start(ad);
    }
    const refillAt = pace.dueAt({ now: clock.now(), links: links.value.length, connecting: connecting.size, known });
    if (refillAt !== undefined && refillAt <= clock.now()) fetchMore();
    const times = [wakeAt, refillAt].filter((at) => at !== undefined && at > clock.now()) as number[];
    if (times.length > 0) cancelTend = timers.at(Math.min(...times), tend);
  };
  /** Home first, then the nearest. */
  const show = (held: readonly SupernodeLink[], chosen: SupernodePlan["home"]): void => {
    const before = home;
    home = chosen?.supernode;
    const rank = (link: SupernodeLink): number => (link.supernode === home ? -1 : link.rttMs);
    const sorted = [...held].sort((one, other) => rank(one) - rank(other));
    if (sorted.length !== links.value.length || sorted.some((link, index) => link !== links.value[index]))
      links.set(sorted);
    if (home === before || chosen === undefined) return;
    report({ name: "net.supernode.choice", supernode: chosen.supernode, choice: "home", reason: chosen.reason });
    for (const link of sorted)
      if (link.supernode === home) void link.tellHome("yes");
      else if (link.supernode === before) void link.tellHome("no");
  };
  const fetchMore = (): void => {
    pace.fetched(clock.now(), random.fraction());
    refill.fetch().then(tend, (error: unknown) => {
      lastError = toNetworkError(error, "offline");
      tend();
    });
  };
  const start = (ad: SupernodeAd): void => {
    connecting.add(ad.supernode);
    connect(ad)
      .catch((error: unknown) => {
        lastError = toNetworkError(error);
        fail(ad.supernode, error);
      })
      .finally(() => {
        connecting.delete(ad.supernode);
        tend();
      });
  };
  const connect = async (ad: SupernodeAd): Promise<void> => {
    let link: SupernodeLink | undefined;
    const lose = (): void => {
      if (link === undefined) return;
      const lost = link;
      report({ name: "net.supernode.lost", supernode: ad.supernode });
      fail(ad.supernode, undefined);
      links.set(links.value.filter((each) => each !== lost));
      const spreadMs = links.value.length === 0 ? REPLACE_SPREAD_ALONE_MS : REPLACE_SPREAD_MS;
      holdOffUntil = clock.now() + spreadMs * random.fraction();
      tend();
    };
    link = await openSupernodeLink(
      { ad, policy: options.policy, ways: experienceOf(ad.supernode).failures === 0 ? "sockets" : "all" },
      {
        onAds: learn,
        onPush: (push) => {
          if (link !== undefined) dependencies.onPush(link, push);
        },
        onLost: lose,
      },
      dependencies,
      stopping.signal,
    );
    if (stopping.signal.aborted) return link.close();
    experiences.set(ad.supernode, afterSuccess(experienceOf(ad.supernode), link.rttMs));
    lastError = undefined;
    if (cache.merge([link.ad])) refill.keep();
    cache.proved(ad.supernode);
    report({ name: "net.supernode.connected", supernode: ad.supernode });
    connecting.delete(ad.supernode);
    links.set([...links.value, link]);
    tend();
    watchOver();
    if (link.index.version === 2) askForNews(link);
  };
  const fail = (supernode: DeviceId, error: unknown): void => {
    const retryAfterMs = error instanceof SupernodeRefusal ? error.retryAfterMs : undefined;
    const failure = { now: clock.now(), lot: random.fraction(), retryAfterMs };
    experiences.set(supernode, afterFailure(experienceOf(supernode), failure));
    const known = new Set(cache.known.map((each) => each.supernode));
    for (const each of experiences.keys()) if (!known.has(each)) experiences.delete(each);
  };
  const learn = (ads: readonly Uint8Array[]): void => {
    if (ads.filter((ad) => cache.learn(ad)).length === 0) return;
    refill.keep();
    tend();
  };
  const askForNews = (link: SupernodeLink): void => {
    link.index.ask({ kind: "neighbours" }, stopping.signal).then(
      (answer) => answer.kind === "ads" && learn(answer.ads),
      () => {},
    );
  };
  const dueAt = (link: SupernodeLink): number => {
    const [home, standby] =
      link.index.version === 1 ? [HOME_PING_MS, STANDBY_PING_MS] : [HOME_SILENCE_MS, STANDBY_SILENCE_MS];
    return link.lookedAt + (links.value[0] === link ? home : standby);
  };
  /** The one clockwork of a quiet leaf: it asks whoever is overdue, for news every hour, and plans anew when a trial is due. */
  const watchOver = (): void => {
    cancelWatch();
    if (links.value.length === 0) return;
    cancelWatch = timers.at(Math.min(...links.value.map(dueAt)), () => {
      const now = clock.now();
      for (const link of links.value) if (dueAt(link) <= now) checkNow(link);
      const [first] = links.value;
      if (newsAt <= now && first !== undefined) {
        newsAt = now + NEWS_EVERY_MS;
        askForNews(first);
      }
      if (trials.at <= now) tend();
      watchOver();
    });
  };
  const checkNow = (link: SupernodeLink): void => {
    link.check().catch(() => {
      if (!stopping.signal.aborted) link.connection.abort(new Error("no sign of life"));
    });
  };

  dependencies.reservations.addEventListener("relay:removed", (event) => {
    const link = links.value.find((each) => each.connection.remotePeer.equals(event.detail.relay));
    if (link?.connection.status === "open") link.connection.abort(new Error("the relay slot is gone"));
  });
  tend();

  return {
    links,
    get lastError() {
      return lastError;
    },
    tend,
    check() {
      for (const link of links.value) checkNow(link);
      tend();
    },
    async stop() {
      stopping.abort();
      timers.cancelAll();
      const open = links.value;
      links.set([]);
      await Promise.all(open.map((link) => link.close()));
    },
  };
}
