import { createLive, type DeviceId, type Live, type NetworkError, type Random, type Report } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import type { DialPolicy } from "./addresses.ts";
import { FIRST_TRIAL_MS, MAX_TRIALS, REPLACE_SPREAD_ALONE_MS, REPLACE_SPREAD_MS, TRIAL_EVERY_MS } from "./defaults.ts";
import { createExperiences } from "./experiences.ts";
import { createHome } from "./home.ts";
import type { HostCache } from "./host-cache.ts";
import type { Push } from "./index-client.ts";
import type { RelayReservations } from "./libp2p-parts.ts";
import { watchLinks } from "./link-watch.ts";
import { toNetworkError } from "./network-errors.ts";
import type { Placements } from "./placements.ts";
import type { Refill } from "./refill.ts";
import { createRefillPace } from "./refill-pace.ts";
import { factsOf } from "./supernode-facts.ts";
import { type LinkDependencies, openSupernodeLink, type SupernodeLink } from "./supernode-link.ts";
import { type Decision, planSupernodes, type SupernodePlan } from "./supernode-plan.ts";
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
  readonly placements?: Pick<Placements, "placed" | "failed"> | undefined;
}

/** Starts keeping `wanted` supernodes warm, as `supernode-plan.ts` says; this only carries plans out. */
export function keepWarm(
  options: { readonly wanted: number; readonly policy: DialPolicy },
  dependencies: WarmDependencies,
): WarmSupernodes {
  const { cache, clock, isBusy, placements, random, refill, report } = dependencies;
  const { policy, wanted } = options;
  const links = createLive<readonly SupernodeLink[]>([]);
  const experiences = createExperiences({ cache, clock, random });
  const connecting = new Set<DeviceId>();
  const stopping = new AbortController();
  const timers = createTimers(clock);
  const pace = createRefillPace();
  let lastError: NetworkError | undefined;
  const home = createHome({ links, report });
  let holdOffUntil = 0;
  let trials = { left: MAX_TRIALS, at: clock.now() + FIRST_TRIAL_MS };
  let cancelTend = (): void => {};

  const tend = (): void => {
    if (stopping.signal.aborted) return;
    cancelTend();
    const now = clock.now();
    const { of } = experiences;
    const facts = factsOf(cache.known, { now, links: links.value, connecting, experienceOf: of, isBusy });
    const trial = trials.left > 0 && trials.at <= now ? "now" : "not-now";
    const plan = planSupernodes(facts, { now, wanted, home: home.supernode, trial, holdOffUntil }, () =>
      random.fraction(),
    );
    for (const { supernode, reason } of plan.drop) drop(supernode, reason);
    home.settle(plan.home);
    for (const choice of plan.connect) begin(choice);
    wakeFor(plan, now);
  };
  const drop = (supernode: DeviceId, reason: string): void => {
    const link = links.value.find((each) => each.supernode === supernode);
    if (link === undefined) return;
    report({ name: "net.supernode.choice", supernode, choice: "drop", reason });
    links.set(links.value.filter((each) => each !== link));
    link.close().catch(() => {});
  };
  const begin = ({ supernode, reason }: Decision): void => {
    const ad = cache.known.find((each) => each.supernode === supernode);
    if (ad === undefined) return;
    if (links.value.length >= wanted) trials = { left: trials.left - 1, at: clock.now() + TRIAL_EVERY_MS };
    report({ name: "net.supernode.choice", supernode, choice: "connect", reason });
    connecting.add(supernode);
    connect(ad)
      .catch((error: unknown) => {
        lastError = toNetworkError(error);
        experiences.failed(supernode, error);
        placements?.failed(supernode, error);
      })
      .finally(() => {
        connecting.delete(supernode);
        tend();
      });
  };
  /** `now` is the plan's own: what a plan puts off to a moment that passes before the timer is set must not be forgotten. */
  const wakeFor = ({ known, wakeAt }: SupernodePlan, now: number): void => {
    const refillAt = pace.dueAt({ now, links: links.value.length, connecting: connecting.size, known });
    if (refillAt !== undefined && refillAt <= now) fetchMore();
    const times = [wakeAt, refillAt].flatMap((at) => (at !== undefined && at > now ? [at] : []));
    if (times.length > 0) cancelTend = timers.at(Math.min(...times), tend);
  };
  const fetchMore = (): void => {
    pace.fetched(clock.now(), random.fraction());
    refill
      .fetch()
      .catch((error: unknown) => {
        lastError = toNetworkError(error, "offline");
      })
      .finally(tend);
  };
  const connect = async (ad: SupernodeAd): Promise<void> => {
    const { supernode } = ad;
    let link: SupernodeLink | undefined;
    link = await openSupernodeLink(
      { ad, policy, otherwise: links.value.length === 0 ? "webrtc" : "nothing" },
      {
        onAds: learn,
        onPush: (push) => link !== undefined && dependencies.onPush(link, push),
        onLost: (reason) => link !== undefined && lose(link, reason),
      },
      dependencies,
      stopping.signal,
    );
    if (stopping.signal.aborted) return link.close();
    experiences.worked(supernode, link.rttMs);
    placements?.placed(supernode);
    lastError = undefined;
    if (cache.merge([link.ad])) refill.keep();
    cache.proved(supernode);
    report({ name: "net.supernode.connected", supernode });
    connecting.delete(supernode);
    links.set([...links.value, link]);
    tend();
    watch.arm();
    if (link.index.version === 2) askForNews(link);
  };
  const lose = (link: SupernodeLink, reason: string): void => {
    report({ name: "net.supernode.lost", supernode: link.supernode, reason });
    experiences.failed(link.supernode);
    links.set(links.value.filter((each) => each !== link));
    const spreadMs = links.value.length === 0 ? REPLACE_SPREAD_ALONE_MS : REPLACE_SPREAD_MS;
    holdOffUntil = clock.now() + spreadMs * random.fraction();
    tend();
  };
  const learn = (ads: readonly Uint8Array[]): void => {
    if (ads.filter((ad) => cache.learn(ad)).length === 0) return;
    refill.keep();
    const held = cache.ads.filter((ad) => links.value.some(({ supernode }) => supernode === ad.supernode));
    // All leaves of one that leaves hear of it at once.
    if (held.some((ad) => ad.serving?.phase === "leaving"))
      holdOffUntil = clock.now() + REPLACE_SPREAD_MS * random.fraction();
    tend();
  };
  const askForNews = (link: SupernodeLink): void => void adsOf(link, stopping.signal).then(learn, () => {});
  const watch = watchLinks({
    clock,
    timers,
    links,
    signal: stopping.signal,
    onNews: askForNews,
    onTick: () => trials.at <= clock.now() && tend(),
  });

  dropWithoutSlot(dependencies.reservations, links);
  tend();

  return {
    links,
    get lastError() {
      return lastError;
    },
    tend,
    check() {
      for (const link of links.value) watch.check(link);
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

/** A link whose relay slot ended is no use: nobody reaches us through it. */
function dropWithoutSlot(reservations: RelayReservations, links: Live<readonly SupernodeLink[]>): void {
  reservations.addEventListener("relay:removed", (event) => {
    const link = links.value.find((each) => each.connection.remotePeer.equals(event.detail.relay));
    if (link?.connection.status === "open") link.connection.abort(new Error("the relay slot is gone"));
  });
}

async function adsOf(link: SupernodeLink, signal: AbortSignal): Promise<readonly Uint8Array[]> {
  const answer = await link.index.ask({ kind: "neighbours" }, signal);
  return answer.kind === "ads" ? answer.ads : [];
}
