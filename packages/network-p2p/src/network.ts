import {
  type Availability,
  type Channel,
  createLive,
  type Network,
  NetworkError,
  type Protocol,
  type Via,
} from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import { isUsableDevice } from "./addresses.ts";
import { createChannelRegistry } from "./channel-registry.ts";
import { createLeafDirectory } from "./directory.ts";
import { createHostCache } from "./host-cache.ts";
import { createKnownPresences } from "./known-presences.ts";
import { createLeafLife } from "./leaf-life.ts";
import { createMediaRoutes } from "./media-routes.ts";
import { toNetworkError } from "./network-errors.ts";
import { noMailbox } from "./no-mailbox.ts";
import type { P2pNetworkDependencies, P2pNetworkOptions } from "./options.ts";
import { createRefill } from "./refill.ts";
import type { SupernodeLink } from "./supernode-link.ts";

/** The network port over libp2p, for a leaf. */
export interface P2pNetwork extends Network {
  /** Says in our presence whether this device is in use. */
  setAvailability(availability: Availability): void;
  /** What our presence names now, home first; empty while offline. */
  vias(): readonly Via[];
  /** Adds supernode ads heard from elsewhere. */
  learn(ads: readonly SupernodeAd[]): void;
  /** Addresses of supernodes (multiaddrs with `/p2p/`) from a contact card: asked for their signed ads, never trusted. */
  hint(addresses: readonly string[]): void;
  /** The machine woke up or its network changed: looks at everything now, not when a timer fires. */
  refresh(): void;
}

/** Hints kept for the next start. */
const MAX_KEPT_HINTS = 4;

/**
 * Makes the network of a leaf: a browser page, or a Node process. `start` resolves once a supernode holds a reservation for
 * us and our presence is published; it goes on trying until its signal aborts. docs/spec/p2p.md.
 */
export function createP2pNetwork(options: P2pNetworkOptions, dependencies: P2pNetworkDependencies): P2pNetwork {
  const { account, clock, directPolicy, report } = dependencies;
  const now = (): number => clock.now();
  const links = createLive<readonly SupernodeLink[]>([]);
  const listeners = new Map<Protocol, (channel: Channel) => void>();
  const channels = createChannelRegistry();
  const cache = createHostCache(now);
  const known = createKnownPresences(now);
  const directory = createLeafDirectory({ clock, links, known, report, absence: () => life.absence() });
  const media = createMediaRoutes({ clock, links });
  const refill = createRefill({ cache, store: dependencies.hostCache, source: dependencies.supernodes });
  let hints: readonly string[] = [];
  const life = createLeafLife(options, {
    ...dependencies,
    hints: () => hints,
    cache,
    channels,
    directory,
    links,
    listeners,
    media,
    refill,
  });

  return {
    mode: "p2p",
    self: account.device,
    status: life.status,
    directory: {
      publish(presence, signal) {
        if (presence.device === account.device) life.own.leaveToApp();
        return directory.publish(presence, signal);
      },
      find: directory.find,
      publishDurable: directory.publishDurable,
      findDurable: directory.findDurable,
      watch: directory.watch,
    },
    mailbox: noMailbox(() => life.session !== undefined),
    start: life.start,
    stop: life.stop,
    async dial(device, protocol, signal) {
      signal.throwIfAborted();
      if (life.session === undefined) throw life.absence();
      if (device === account.device || !isUsableDevice(device))
        throw new NetworkError("unreachable", "there is no such other device");
      const startedAt = now();
      const fields = { mode: "p2p", peer: device, protocol } as const;
      const ending = life.signal;
      try {
        const channel = await life.session.dial(device, protocol, AbortSignal.any([signal, ending]));
        report({ name: "net.dial.ok", ...fields, path: channel.path.value.kind, tookMs: now() - startedAt });
        return channel;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        const failure = ending.aborted ? toNetworkError(ending.reason, "stopped") : toNetworkError(error);
        report({ name: "net.dial.failed", ...fields, code: failure.code, tookMs: now() - startedAt });
        throw failure;
      }
    },
    listen(protocol, onChannel) {
      if (listeners.has(protocol)) throw new RangeError(`${protocol} has a listener already`);
      listeners.set(protocol, onChannel);
      life.session?.listen(protocol, onChannel);
      return () => {
        if (listeners.get(protocol) !== onChannel) return;
        listeners.delete(protocol);
        life.session?.unlisten(protocol);
      };
    },
    async mediaRoute(device, signal) {
      signal.throwIfAborted();
      if (links.value.length === 0) throw life.absence();
      const afterAnswer = directPolicy(device) === "allow" ? "all" : "relay";
      return media.route(afterAnswer, AbortSignal.any([signal, life.signal]));
    },
    setAvailability: life.own.setAvailability,
    vias: life.vias,
    learn(ads) {
      if (!cache.merge(ads)) return;
      refill.keep();
      life.session?.warm.tend();
    },
    hint(addresses) {
      hints = [...hints, ...addresses].slice(-MAX_KEPT_HINTS);
      life.session?.hint(addresses);
    },
    refresh: () => life.session?.warm.check(),
  };
}
