import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { type Channel, type DeviceId, type Live, NetworkError, type Protocol } from "@skein/core";
import { CALL_PROTOCOL } from "@skein/wire";
import { relayOf } from "./addresses.ts";
import { atMost } from "./at-most.ts";
import { openChannel } from "./channel.ts";
import type { ChannelRegistry } from "./channel-registry.ts";
import { MAX_CHANNELS_FROM_PEER, WARM_SUPERNODES } from "./defaults.ts";
import { dialChannel, pathOf } from "./dialler.ts";
import { isDirectPath, openDirectPaths } from "./direct-paths.ts";
import type { LeafDirectory } from "./directory.ts";
import { followHints } from "./hints.ts";
import type { HostCache } from "./host-cache.ts";
import { createLeafNode } from "./leaf-node.ts";
import { gateProtocol, reservationsOf } from "./libp2p-parts.ts";
import type { MediaRoutes } from "./media-routes.ts";
import type { P2pNetworkDependencies, P2pNetworkOptions } from "./options.ts";
import { deviceOf, privateKeyOf } from "./peer-id.ts";
import type { Refill } from "./refill.ts";
import { createRelayedPaths } from "./relayed-paths.ts";
import type { SupernodeLink } from "./supernode-link.ts";
import { keepWarm, type WarmSupernodes } from "./warm-supernodes.ts";

/** Everything that exists between one start and one stop of a leaf. */
export interface LeafSession {
  readonly warm: WarmSupernodes;
  dial(device: DeviceId, protocol: Protocol, signal: AbortSignal): Promise<Channel>;
  listen(protocol: Protocol, onChannel: (channel: Channel) => void): void;
  unlisten(protocol: Protocol): void;
  /** Supernodes may be found at these addresses. */
  hint(addresses: readonly string[]): void;
  /** Ends connections and the node. Never rejects. */
  stop(): Promise<void>;
}

/** What of the network outlives a session. */
export interface SessionDependencies extends P2pNetworkDependencies {
  readonly cache: HostCache;
  readonly channels: ChannelRegistry;
  readonly directory: LeafDirectory;
  readonly media: MediaRoutes;
  readonly refill: Refill;
}

/** STUN servers are nice to have: an upgrade does not wait longer for them, ms. */
const STUN_WAIT_MS = 1_000;

/** Time libp2p gets to stop, ms; then its sockets are left to the collector. */
const STOP_TIMEOUT_MS = 3_000;

/** Makes and starts a node and begins to connect to supernodes. */
export async function openLeafSession(
  options: P2pNetworkOptions,
  dependencies: SessionDependencies,
): Promise<LeafSession> {
  const { account, cache, channels, clock, directory, directPolicy, media, random, refill, report } = dependencies;
  const { node, parts } = await createLeafNode({
    privateKey: await privateKeyOf(account.deviceKey.seed),
    meter: dependencies.meter,
    iceServers: () => media.stun(AbortSignal.timeout(STUN_WAIT_MS)).catch(() => []),
  });
  const dial = (address: Multiaddr, signal: AbortSignal): Promise<Connection> =>
    parts.transportManager.dial(address, { signal });
  const warm = keepWarm(
    { wanted: options.warm ?? WARM_SUPERNODES, policy: options.transports },
    {
      cache,
      clock,
      dial,
      random,
      refill,
      placements: dependencies.placements,
      isBusy: (supernode) => node.getConnections().some((each) => carriesThrough(each, supernode)),
      report,
      reservations: reservationsOf(parts),
      onPush: (_, push) => directory.heard(push),
    },
  );
  // A peer on a direct connection could claim to be a relay and have us take a slot there.
  await gateProtocol(parts, STOP_PROTOCOL, (connection) => isWarm(warm.links, connection));
  const supersede = (device: DeviceId): void => {
    for (const { channel, opened, protocol } of channels.with(device))
      if (opened === "dialled" && protocol !== CALL_PROTOCOL && channel.path.value.kind === "relayed")
        channel.close("superseded").catch(() => {});
  };
  const direct = await openDirectPaths({
    node,
    parts,
    clock,
    policy: directPolicy,
    report,
    onDirect: supersede,
    channelsWith: channels.with,
    meter: dependencies.meter,
  });
  const relayed = createRelayedPaths({ policy: options.transports }, { node, parts, clock, cache, links: warm.links });

  return {
    warm,
    dial: (device, protocol, signal) =>
      dialChannel(device, protocol, { clock, directory, relayed, direct, channels }, signal),
    listen(protocol, onChannel) {
      const take = (stream: Stream, connection: Connection): void => {
        const peer = deviceOf(connection.remotePeer);
        if (peer === undefined || channels.with(peer).length >= MAX_CHANNELS_FROM_PEER) {
          stream.abort(new NetworkError("refused", "too many channels"));
          return;
        }
        if (isDirectPath(connection) && directPolicy(peer) !== "allow") {
          connection.abort(new NetworkError("refused", "direct connections are not wanted"));
          return;
        }
        direct.proven(connection);
        const channel = openChannel(stream, peer, pathOf(connection), direct.activityOn(connection));
        channels.add({ channel, protocol, opened: "taken" });
        onChannel(channel);
      };
      // The handler is in place at once; what is awaited is only libp2p's note of it.
      node
        .handle(protocol, take, { runOnLimitedConnection: true, maxInboundStreams: MAX_CHANNELS_FROM_PEER })
        .catch(() => {});
    },
    unlisten(protocol) {
      node.unhandle(protocol).catch(() => {});
    },
    hint(addresses) {
      const found = followHints(addresses, { policy: options.transports }, { cache, clock, dial });
      found.then(
        (news) => {
          if (!news) return;
          refill.keep();
          warm.tend();
        },
        () => {},
      );
    },
    stop() {
      relayed.stop();
      direct.stop();
      return stopSession(node, warm);
    },
  };
}

/** What a relay opens to hand over a connection (libp2p circuit relay v2). */
const STOP_PROTOCOL = "/libp2p/circuit/relay/0.2.0/stop";

function isWarm(links: Live<readonly SupernodeLink[]>, connection: Connection): boolean {
  return connection.limits === undefined && links.value.some((link) => link.connection === connection);
}

/** A relayed connection through this supernode that has streams. */
function carriesThrough(connection: Connection, supernode: DeviceId): boolean {
  return connection.streams.length > 0 && relayOf(connection.remoteAddr) === supernode;
}

async function stopSession(node: Libp2p, warm: WarmSupernodes): Promise<void> {
  await warm.stop();
  const stopped = Promise.resolve(node.stop()).catch(() => {});
  await atMost(STOP_TIMEOUT_MS, stopped);
}
