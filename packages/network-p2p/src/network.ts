import {
  type Availability,
  type Channel,
  type Clock,
  createLive,
  type Directory,
  type Network,
  NetworkError,
  type NetworkStatus,
  type Protocol,
  type Random,
  type Report,
  until,
  type Via,
} from "@skein/core";
import type { Account, SupernodeAd } from "@skein/identity";
import { type DialPolicy, isUsableDevice, shortAddresses } from "./addresses.ts";
import { createChannelRegistry } from "./channel-registry.ts";
import type { DirectPolicy } from "./direct-paths.ts";
import { createLeafDirectory } from "./directory.ts";
import { createHostCache, type HostCacheStore } from "./host-cache.ts";
import { createKnownPresences } from "./known-presences.ts";
import { type LeafSession, openLeafSession } from "./leaf-session.ts";
import { createMediaRoutes } from "./media-routes.ts";
import { toNetworkError } from "./network-errors.ts";
import { noMailbox } from "./no-mailbox.ts";
import { createOwnPresence } from "./own-presence.ts";
import { createRefill } from "./refill.ts";
import type { SupernodeLink } from "./supernode-link.ts";

/** How a leaf behaves. */
export interface P2pNetworkOptions {
  readonly transports: DialPolicy;
  /** Supernodes to keep warm; left out: 3. */
  readonly warm?: number;
}

/** Where first supernodes come from, e.g. the signed list of the host that served the page. */
export type SupernodeSource = () => Promise<readonly SupernodeAd[]>;

/** What a leaf needs from outside. */
export interface P2pNetworkDependencies {
  readonly account: Account;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  readonly supernodes: SupernodeSource;
  readonly directPolicy: DirectPolicy;
  readonly hostCache: HostCacheStore;
}

/** The network port over libp2p, for a leaf. */
export interface P2pNetwork extends Network {
  /** Says in our presence whether this device is in use. */
  setAvailability(availability: Availability): void;
  /** What our presence names now, home first; empty while offline. */
  vias(): readonly Via[];
  /** Adds supernode ads heard from elsewhere. */
  learn(ads: readonly SupernodeAd[]): void;
  /** The machine woke up or its network changed: looks at everything now, not when a timer fires. */
  refresh(): void;
}

/** Longest a goodbye to the directory may hold up `stop`, ms. */
const GOODBYE_TIMEOUT_MS = 1_000;

/**
 * Makes the network of a leaf: a browser page, or a Node process. `start` resolves once a supernode holds a reservation for
 * us and our presence is published; it goes on trying until its signal aborts. docs/spec/p2p.md.
 */
export function createP2pNetwork(options: P2pNetworkOptions, dependencies: P2pNetworkDependencies): P2pNetwork {
  const { account, clock, report } = dependencies;
  const status = createLive<NetworkStatus>({ kind: "stopped" });
  const links = createLive<readonly SupernodeLink[]>([]);
  const listeners = new Map<Protocol, (channel: Channel) => void>();
  const channels = createChannelRegistry();
  const known = createKnownPresences(() => clock.now());
  const cache = createHostCache(() => clock.now());
  const directory = createLeafDirectory({ clock, links, known, report, absence: () => absence() });
  const media = createMediaRoutes({ clock, links });
  const refill = createRefill({ cache, store: dependencies.hostCache, source: dependencies.supernodes });
  let session: LeafSession | undefined;
  /** Aborts what is under way when the network stops. */
  let life = new AbortController();
  let changing: Promise<void> = Promise.resolve();

  const absence = (): NetworkError =>
    session === undefined
      ? new NetworkError("stopped", "the network is not started")
      : new NetworkError("offline", "no supernode is connected", { cause: session.warm.lastError });
  const setStatus = (next: NetworkStatus): void => {
    status.set(next);
    const reason = next.kind === "joining" && next.lastError !== undefined ? { reason: next.lastError.message } : {};
    report({ name: "net.status", mode: "p2p", status: next.kind, ...reason });
  };
  const vias = (): readonly Via[] =>
    links.value.map((link) => ({ supernode: link.supernode, addresses: shortAddresses(link.ad.addresses) }));
  const own = createOwnPresence(account, {
    clock,
    newestKnown: async () => {
      const signal = AbortSignal.any([life.signal, AbortSignal.timeout(GOODBYE_TIMEOUT_MS)]);
      return (await directory.refreshDevice(account.device, signal))?.sequence ?? 0;
    },
    publish: (presence) => directory.publish(presence, life.signal),
  });
  const publish: Directory["publish"] = (presence, signal) => {
    if (presence.device === account.device) own.leaveToApp();
    return directory.publish(presence, signal);
  };
  const onLinks = (now: readonly SupernodeLink[]): void => {
    links.set(now);
    own.setVia(vias());
    if (session === undefined || status.value.kind === "stopped") return;
    const via = now.map((link) => link.supernode);
    if (now.length > 0 && joined) setStatus({ kind: "online", role: "leaf", via });
    else if (now.length === 0 && status.value.kind === "online") setStatus(joining(session.warm.lastError));
  };
  /** Whether our presence was published since the start. */
  let joined = false;

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
      session = await openLeafSession(options, {
        ...dependencies,
        cache,
        channels,
        directory,
        media,
        refill: refill.fetch,
      });
      for (const [protocol, onChannel] of listeners) session.listen(protocol, onChannel);
      session.warm.links.subscribe(onLinks);
      await join(life.signal);
    } catch (error) {
      await end(session);
      throw signal.aborted ? signal.reason : toNetworkError(error, "offline");
    } finally {
      signal.removeEventListener("abort", abort);
    }
  };
  const join = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      await until(links, (now) => now.length > 0, signal);
      try {
        own.open(vias());
        await own.publishNow();
        break;
      } catch (error) {
        signal.throwIfAborted();
        // A supernode that refuses our presence is of no use; one that went away is replaced.
        if (links.value.length > 0) throw error;
      }
    }
    joined = true;
    onLinks(links.value);
  };
  const end = async (ending: LeafSession | undefined): Promise<void> => {
    session = undefined;
    own.close();
    links.set([]);
    await ending?.stop();
    if (status.value.kind !== "stopped") setStatus({ kind: "stopped" });
  };
  const stop = async (): Promise<void> => {
    const ending = session;
    if (ending === undefined) return;
    await channels.closeAll("stopped");
    const goodbye = own.publishNow("offline").catch(() => {});
    await Promise.race([goodbye, new Promise((resolve) => setTimeout(resolve, GOODBYE_TIMEOUT_MS))]);
    life.abort(new NetworkError("stopped", "the network was stopped"));
    await end(ending);
  };
  /** Starts and stops come one after the other. */
  const inTurn = (act: () => Promise<void>): Promise<void> => {
    const turn = changing.then(act, act);
    changing = turn.catch(() => {});
    return turn;
  };

  return {
    mode: "p2p",
    self: account.device,
    status,
    directory: { publish, find: directory.find, watch: directory.watch },
    mailbox: noMailbox(() => session !== undefined),
    start: (signal) => inTurn(() => start(signal)),
    stop() {
      if (status.value.kind === "joining") life.abort(new NetworkError("stopped", "the network was stopped"));
      return inTurn(stop);
    },
    async dial(device, protocol, signal) {
      signal.throwIfAborted();
      if (session === undefined) throw absence();
      if (device === account.device || !isUsableDevice(device))
        throw new NetworkError("unreachable", "there is no such other device");
      const startedAt = clock.now();
      const fields = { mode: "p2p", peer: device, protocol } as const;
      try {
        const channel = await session.dial(device, protocol, AbortSignal.any([signal, life.signal]));
        report({ name: "net.dial.ok", ...fields, path: channel.path.value.kind, tookMs: clock.now() - startedAt });
        return channel;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const failure = life.signal.aborted ? absence() : toNetworkError(error);
        report({ name: "net.dial.failed", ...fields, code: failure.code, tookMs: clock.now() - startedAt });
        throw failure;
      }
    },
    listen(protocol, onChannel) {
      if (listeners.has(protocol)) throw new RangeError(`${protocol} has a listener already`);
      listeners.set(protocol, onChannel);
      session?.listen(protocol, onChannel);
      return () => {
        if (listeners.get(protocol) !== onChannel) return;
        listeners.delete(protocol);
        session?.unlisten(protocol);
      };
    },
    async mediaRoute(device, signal) {
      if (links.value.length === 0) throw absence();
      const afterAnswer = dependencies.directPolicy(device) === "allow" ? "all" : "relay";
      return media.route(afterAnswer, AbortSignal.any([signal, life.signal]));
    },
    setAvailability: own.setAvailability,
    vias,
    learn(ads) {
      if (cache.merge(ads)) session?.warm.tend();
    },
    refresh: () => session?.warm.tend(),
  };
}

function joining(lastError: NetworkError | undefined): NetworkStatus {
  return lastError === undefined ? { kind: "joining" } : { kind: "joining", lastError };
}
