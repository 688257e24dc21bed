import type { NetworkError } from "@skein/core";
import { createLive, type DeviceId, type Live, type Random, type Report } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import type { DialPolicy } from "./addresses.ts";
import { afterFailure, type Candidate, chooseSupernodes, type Record } from "./chooser.ts";
import { HOME_PING_MS, REFILL_WITH_SOME_MS, REFILL_WITHOUT_MS, STANDBY_PING_MS } from "./defaults.ts";
import type { HostCache } from "./host-cache.ts";
import type { Push } from "./index-client.ts";
import { toNetworkError } from "./network-errors.ts";
import { type LinkDependencies, openSupernodeLink, type SupernodeLink } from "./supernode-link.ts";
import { createTimers } from "./timers.ts";

/** The supernodes a leaf keeps warm. */
export interface WarmSupernodes {
  /** Those that serve us now, home (the longest held) first. */
  readonly links: Live<readonly SupernodeLink[]>;
  /** Why the last try failed, if nothing worked since. */
  readonly lastError: NetworkError | undefined;
  /** Looks for more now, if some are missing: new ads came. */
  tend(): void;
  /** Asks each for a sign of life now, and drops those that give none: the machine woke up, or changed networks. */
  check(): void;
  stop(): Promise<void>;
}

/** What the warm supernodes need. */
export interface WarmDependencies extends LinkDependencies {
  readonly cache: HostCache;
  /** Fetches fresh ads into the cache, when too few are known. */
  readonly refill: () => Promise<void>;
  /** Keeps the cache for next time. */
  readonly keep: () => void;
  readonly onPush: (from: SupernodeLink, push: Push) => void;
  readonly random: Random;
  readonly report: Report;
}

const FRESH: Record = { failures: 0, retryAt: 0 };

/** Starts keeping `wanted` supernodes warm, replaces one that goes away at once, backs off from those that fail. */
export function keepWarm(
  options: { readonly wanted: number; readonly policy: DialPolicy },
  dependencies: WarmDependencies,
): WarmSupernodes {
  const { cache, clock, keep, random, report } = dependencies;
  const links = createLive<readonly SupernodeLink[]>([]);
  const records = new Map<DeviceId, Record>();
  const connecting = new Map<DeviceId, SupernodeAd>();
  const stopping = new AbortController();
  const timers = createTimers(clock);
  let lastError: NetworkError | undefined;
  let cancelRetry = (): void => {};
  // The cache was filled just before.
  let refillAt = clock.now() + REFILL_WITHOUT_MS;

  const candidates = (): Candidate[] =>
    cache.ads
      .filter((ad) => !connecting.has(ad.supernode))
      .map((ad) => ({ ad, ...(records.get(ad.supernode) ?? FRESH) }));

  const tend = (): void => {
    if (stopping.signal.aborted) return;
    cancelRetry();
    const held = [...links.value.map((link) => link.ad), ...connecting.values()];
    const missing = options.wanted - held.length;
    if (missing <= 0) return;
    const all = candidates();
    const lot = (): number => random.fraction();
    for (const candidate of chooseSupernodes(all, held, missing, clock.now(), lot)) start(candidate.ad);
    if (links.value.length + connecting.size < options.wanted) refillNowAndThen();
    const times = [refillAt, ...all.map((candidate) => candidate.retryAt)].filter((at) => at > clock.now());
    if (times.length > 0) cancelRetry = timers.at(Math.min(...times), tend);
  };
  /** Too few are known: asks again, more often while there is none at all. */
  const refillNowAndThen = (): void => {
    if (refillAt > clock.now()) return;
    refillAt = clock.now() + (links.value.length === 0 ? REFILL_WITHOUT_MS : REFILL_WITH_SOME_MS);
    dependencies.refill().then(tend, (error: unknown) => {
      lastError = toNetworkError(error, "offline");
    });
  };
  const start = (ad: SupernodeAd): void => {
    connecting.set(ad.supernode, ad);
    connect(ad)
      .catch((error: unknown) => {
        lastError = toNetworkError(error);
        fail(ad.supernode);
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
      report({ name: "net.supernode.lost", supernode: ad.supernode });
      fail(ad.supernode);
      drop(link);
      tend();
    };
    const onPush = (push: Push): void => {
      if (link !== undefined) dependencies.onPush(link, push);
    };
    link = await openSupernodeLink(
      { ad, policy: options.policy },
      { onPush, onLost: lose },
      dependencies,
      stopping.signal,
    );
    if (stopping.signal.aborted) return link.close();
    records.set(ad.supernode, FRESH);
    lastError = undefined;
    report({ name: "net.supernode.connected", supernode: ad.supernode });
    links.set([...links.value, link]);
    watchOver(link);
  };
  const fail = (supernode: DeviceId): void => {
    records.set(supernode, afterFailure(records.get(supernode) ?? FRESH, clock.now(), random.fraction()));
  };
  const drop = (link: SupernodeLink): void => links.set(links.value.filter((each) => each !== link));
  /** Asks for neighbours now and then: a sign of life, and news for the cache. */
  const watchOver = (link: SupernodeLink): void => {
    checkNow(link);
    const everyMs = links.value[0] === link ? HOME_PING_MS : STANDBY_PING_MS;
    timers.at(clock.now() + everyMs, () => {
      if (links.value.includes(link)) watchOver(link);
    });
  };
  const checkNow = (link: SupernodeLink): void => {
    askNeighbours(link).catch(() => {
      if (!stopping.signal.aborted) link.connection.abort(new Error("no sign of life"));
    });
  };
  const askNeighbours = async (link: SupernodeLink): Promise<void> => {
    const answer = await link.index.ask({ kind: "neighbours" }, stopping.signal);
    if (answer.kind !== "ads") return;
    const news = answer.ads.filter((ad) => cache.learn(ad));
    if (news.length > 0) keep();
    tend();
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
