import {
  type Channel,
  createLive,
  type Live,
  NetworkError,
  type NetworkStatus,
  type Presence,
  type Protocol,
  until,
  type Via,
} from "@skein/core";
import { createOwnDurables } from "@skein/identity";
import { shortAddresses } from "./addresses.ts";
import { atMost } from "./at-most.ts";
import type { ChannelRegistry } from "./channel-registry.ts";
import { PRESENCE_SETTLE_MS } from "./defaults.ts";
import type { LeafDirectory } from "./directory.ts";
import type { HostCache } from "./host-cache.ts";
import { type LeafSession, openLeafSession } from "./leaf-session.ts";
import type { MediaRoutes } from "./media-routes.ts";
import { toNetworkError } from "./network-errors.ts";
import type { P2pNetworkDependencies, P2pNetworkOptions } from "./options.ts";
import { createOwnPresence, type OwnPresence } from "./own-presence.ts";
import type { Refill } from "./refill.ts";
import { MAX_VIAS } from "./specification.ts";
import type { LinkSource } from "./supernode-link.ts";

/** A leaf's starts, stops and status. */
export interface LeafLife {
  readonly status: Live<NetworkStatus>;
  /** What runs now; `undefined` while stopped. */
  readonly session: LeafSession | undefined;
  /** Aborts when the network stops. */
  readonly signal: AbortSignal;
  readonly own: OwnPresence;
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
  /** Why nothing can be asked now: stopped, or offline. */
  absence(): NetworkError;
  vias(): readonly Via[];
}

/** What it needs beside what the network was given. */
export interface LifeDependencies extends P2pNetworkDependencies {
  readonly cache: HostCache;
  readonly channels: ChannelRegistry;
  readonly directory: LeafDirectory;
  /** Addresses of supernodes that were hinted at. */
  readonly hints: () => readonly string[];
  readonly links: LinkSource;
  readonly listeners: ReadonlyMap<Protocol, (channel: Channel) => void>;
  readonly media: MediaRoutes;
  readonly refill: Refill;
}

/** Longest a goodbye to the directory may hold up `stop`, and a question for our own record the start, ms. */
const GOODBYE_TIMEOUT_MS = 1_000;

/** Makes a leaf's life; it begins stopped. Starts and stops come one after the other, in the order asked for. */
export function createLeafLife(options: P2pNetworkOptions, dependencies: LifeDependencies): LeafLife {
  const { account, channels, clock, directory, links, listeners, refill, report } = dependencies;
  const status = createLive<NetworkStatus>({ kind: "stopped" });
  let session: LeafSession | undefined;
  let life = new AbortController();
  let changing: Promise<void> = Promise.resolve();
  /** Whether our presence was published since the start. */
  let joined = false;
  let cancelShow = (): void => {};

  const setStatus = (next: NetworkStatus): void => {
    status.set(next);
    const reason = next.kind === "joining" && next.lastError !== undefined ? { reason: next.lastError.message } : {};
    report({ name: "net.status", mode: "p2p", status: next.kind, ...reason });
  };
  const vias = (): readonly Via[] =>
    links.value
      .slice(0, MAX_VIAS)
      .map((link) => ({ supernode: link.supernode, addresses: shortAddresses(link.ad.addresses) }));
  const own = createOwnPresence(account, {
    clock,
    newestKnown: async () => {
      const signal = AbortSignal.any([life.signal, AbortSignal.timeout(GOODBYE_TIMEOUT_MS)]);
      return (await directory.refreshDevice(account.device, signal))?.sequence ?? 0;
    },
    publish: (presence: Presence) => directory.publish(presence, life.signal),
  });
  const durables = createOwnDurables(account, { clock, directory });
  /** Gone and back are shown at once; another number of supernodes when it has settled. */
  const showLinks = (): void => {
    cancelShow();
    own.setVia(vias());
    if (session === undefined || !joined) return;
    if (links.value.length === 0) setStatus(joining(session.warm.lastError));
    else if (status.value.kind !== "online") showOnline();
    else cancelShow = clock.at(clock.now() + PRESENCE_SETTLE_MS, showOnline);
  };
  const showOnline = (): void =>
    setStatus({ kind: "online", role: "leaf", via: links.value.map((link) => link.supernode) });
  const start = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    if (session !== undefined) return;
    life = new AbortController();
    joined = false;
    setStatus({ kind: "joining" });
    const abort = (): void => life.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    try {
      await refill.open();
      session = await openLeafSession(options, dependencies);
      for (const [protocol, onChannel] of listeners) session.listen(protocol, onChannel);
      session.hint(dependencies.hints());
      session.warm.links.subscribe((now) => {
        links.set(now);
        showLinks();
      });
      await join(life.signal);
    } catch (error) {
      await end();
      throw signal.aborted ? signal.reason : toNetworkError(error, "offline");
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
  /** Waits for a supernode and publishes through it; when it goes away meanwhile, through the next. */
  const join = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      await until(links, (now) => now.length > 0, signal);
      own.open(vias());
      const outcome = await own.publishNow().then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      signal.throwIfAborted();
      if (outcome === undefined) break;
      if (links.value.length > 0) throw outcome.error;
    }
    joined = true;
    showLinks();
    durables.open(vias, signal);
  };
  const stop = async (): Promise<void> => {
    if (session === undefined) return;
    await channels.closeAll("stopped");
    const goodbye = own.publishNow("offline").catch(() => {});
    await atMost(GOODBYE_TIMEOUT_MS, goodbye);
    life.abort(new NetworkError("stopped", "the network was stopped"));
    await end();
  };
  const end = async (): Promise<void> => {
    const ending = session;
    session = undefined;
    cancelShow();
    own.close();
    durables.close();
    links.set([]);
    // Those that a dial under way opened after the first round.
    await channels.closeAll("stopped");
    await ending?.stop();
    if (status.value.kind !== "stopped") setStatus({ kind: "stopped" });
  };
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const turn = changing.then(act, act);
    changing = turn.catch(() => {});
    return turn;
  };

  return {
    status,
    get session() {
      return session;
    },
    get signal() {
      return life.signal;
    },
    own,
    start: (signal) => inTurn(() => start(signal)),
    stop() {
      if (status.value.kind === "joining") life.abort(new NetworkError("stopped", "the network was stopped"));
      return inTurn(stop);
    },
    absence: () =>
      session === undefined
        ? new NetworkError("stopped", "the network is not started")
        : new NetworkError("offline", "no supernode is connected", { cause: session.warm.lastError }),
    vias,
  };
}

function joining(lastError: NetworkError | undefined): NetworkStatus {
  return lastError === undefined ? { kind: "joining" } : { kind: "joining", lastError };
}
