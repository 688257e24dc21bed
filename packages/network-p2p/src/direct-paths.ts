import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { type Clock, type DeviceId, NetworkError, type Report, type TrafficMeter } from "@skein/core";
import { relayOf, targetOf, upgradeAddress } from "./addresses.ts";
import type { OpenChannel } from "./channel-registry.ts";
import {
  MAX_UPGRADES,
  PROBE_TIMEOUT_MS,
  UPGRADE_FIRST_RETRY_MS,
  UPGRADE_LONGEST_RETRY_MS,
  UPGRADE_TIMEOUT_MS,
} from "./defaults.ts";
import { openFrames } from "./frames.ts";
import { closeIdleDirect } from "./idle-direct.ts";
import { gateProtocol, type Libp2pParts } from "./libp2p-parts.ts";
import { toNetworkError } from "./network-errors.ts";
import { deviceOf, peerIdOf } from "./peer-id.ts";
import { PROBE_PROTOCOL, SIGNALLING_PROTOCOL } from "./specification.ts";
import { createTimers } from "./timers.ts";
import { createTokenBucket } from "./token-bucket.ts";

/** Whether a direct connection, which shows our address, may be opened to a device; asked each time. */
export type DirectPolicy = (device: DeviceId) => "allow" | "deny";

/** WebRTC connections between two leaves, beside the relayed ones. */
export interface DirectPaths {
  /** A direct connection that has proven itself and is still allowed. */
  usable(device: DeviceId): Connection | undefined;
  /** Tries in the background to go direct, if policy allows and no earlier failure forbids; then calls `onDirect`. */
  seek(device: DeviceId, relayed: Connection): void;
  /** A stream of ours or theirs ran on this connection: it works. */
  proven(connection: Connection): void;
  /** What to call with the size of each message on this connection, so that it is counted and not closed as idle. */
  activityOn(connection: Connection): (bytes: number) => void;
  stop(): void;
}

/** What they need. */
export interface DirectDependencies {
  readonly node: Libp2p;
  readonly parts: Libp2pParts;
  readonly clock: Clock;
  readonly policy: DirectPolicy;
  readonly report: Report;
  readonly onDirect: (device: DeviceId) => void;
  readonly channelsWith: (device: DeviceId) => readonly OpenChannel[];
  readonly meter?: TrafficMeter | undefined;
}

interface Pause {
  readonly failures: number;
  readonly until: number;
}

/** Starts taking and seeking direct connections. Before this resolves, nobody's signalling was admitted. */
export async function openDirectPaths(dependencies: DirectDependencies): Promise<DirectPaths> {
  const { node, parts, clock, policy, report, onDirect, channelsWith, meter } = dependencies;
  const verified = new WeakSet<Connection>();
  const trying = new Set<DeviceId>();
  const pauses = new Map<DeviceId, Pause>();
  const inbound = createTokenBucket({ burst: 8, perSecond: 0.2 }, () => clock.now());
  const stopping = new AbortController();
  const timers = createTimers(clock);
  const idle = closeIdleDirect({ clock, channelsWith });
  let upgradesLeft = MAX_UPGRADES;

  const directTo = (device: DeviceId): readonly Connection[] =>
    node.getConnections(peerIdOf(device)).filter((each) => isDirectPath(each) && each.status === "open");
  const usable = (device: DeviceId): Connection | undefined => {
    if (policy(device) === "allow") return directTo(device).find((each) => verified.has(each));
    for (const connection of directTo(device)) connection.abort(new Error("direct connections are no longer wanted"));
    return undefined;
  };

  const admit = (connection: Connection): boolean => {
    const device = deviceOf(connection.remotePeer);
    // The transport takes the peer from the address, which the relay wrote; the key is what counts.
    if (device === undefined || targetOf(connection.remoteAddr) !== device) return false;
    if (policy(device) !== "allow" || upgradesLeft <= 0 || !inbound.take()) return false;
    upgradesLeft -= 1;
    return true;
  };
  await gateProtocol(parts, SIGNALLING_PROTOCOL, admit);

  const answerProbe = async (stream: Stream, connection: Connection): Promise<void> => {
    const frames = openFrames(stream, 1);
    for await (const frame of frames.incoming) {
      await frames.send(frame);
      prove(connection);
      break;
    }
    await frames.end();
  };
  const prove = (connection: Connection): void => {
    const device = deviceOf(connection.remotePeer);
    if (!isDirectPath(connection) || verified.has(connection) || device === undefined) return;
    verified.add(connection);
    idle.touched(connection);
    onDirect(device);
  };
  await node.handle(
    PROBE_PROTOCOL,
    (stream, connection) => void answerProbe(stream, connection).catch(() => stream.abort(new Error("probe failed"))),
    { maxInboundStreams: 2 },
  );
  /** After a failed punch the side that was called keeps a connection that never carried a byte. */
  const onOpen = (event: CustomEvent<Connection>): void => {
    const connection = event.detail;
    if (!isDirectPath(connection) || connection.direction !== "inbound") return;
    timers.at(clock.now() + UPGRADE_TIMEOUT_MS, () => {
      if (!verified.has(connection)) connection.abort(new Error("it never proved itself"));
    });
  };
  node.addEventListener("connection:open", onOpen);

  const upgrade = async (device: DeviceId, relay: Multiaddr): Promise<void> => {
    for (const stale of directTo(device)) if (!verified.has(stale)) stale.abort(new Error("it never proved itself"));
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(UPGRADE_TIMEOUT_MS)]);
    const connection = await parts.transportManager.dial(upgradeAddress(relay, device), { signal });
    try {
      await probe(connection);
    } catch (error) {
      connection.abort(new Error("it never proved itself"));
      throw error;
    }
    prove(connection);
  };

  return {
    usable,
    seek(device, relayed) {
      const relay = relayAddressOf(relayed);
      const pause = pauses.get(device);
      if (relay === undefined || policy(device) !== "allow" || usable(device) !== undefined) return;
      if (trying.has(device) || upgradesLeft <= 0 || (pause !== undefined && pause.until > clock.now())) return;
      trying.add(device);
      upgradesLeft -= 1;
      const startedAt = clock.now();
      const tookMs = (): number => clock.now() - startedAt;
      upgrade(device, relay)
        .then(
          () => {
            pauses.delete(device);
            report({ name: "net.upgrade", peer: device, outcome: "direct", tookMs: tookMs() });
          },
          (error: unknown) => {
            pauses.set(device, nextPause(pause, clock.now()));
            const reason = toNetworkError(error).message;
            report({ name: "net.upgrade", peer: device, outcome: "failed", tookMs: tookMs(), reason });
          },
        )
        .finally(() => trying.delete(device));
    },
    proven: prove,
    activityOn: (connection) =>
      isDirectPath(connection)
        ? (bytes) => {
            idle.touched(connection);
            meter?.count(bytes, "mine");
          }
        : () => {},
    stop() {
      idle.stop();
      timers.cancelAll();
      stopping.abort(new NetworkError("stopped", "the network is stopped"));
      node.removeEventListener("connection:open", onOpen);
    },
  };
}

/** A WebRTC connection between two leaves: neither through a relay, nor to a supernode's listener. */
export function isDirectPath(connection: Connection): boolean {
  const names = connection.remoteAddr.getComponents().map((component) => component.name);
  return connection.limits === undefined && names.includes("webrtc");
}

async function probe(connection: Connection): Promise<void> {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  const stream = await connection.newStream(PROBE_PROTOCOL, { signal });
  const giveUp = (): void => stream.abort(new NetworkError("unreachable", "the direct path stayed silent"));
  signal.addEventListener("abort", giveUp);
  try {
    const frames = openFrames(stream, 1);
    await frames.send(Uint8Array.of(1));
    for await (const _ of frames.incoming) return;
    throw new NetworkError("unreachable", "the direct path stayed silent");
  } finally {
    signal.removeEventListener("abort", giveUp);
    stream.close({ signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).catch(() => giveUp());
  }
}

function nextPause(previous: Pause | undefined, now: number): Pause {
  const failures = (previous?.failures ?? 0) + 1;
  return { failures, until: now + Math.min(UPGRADE_FIRST_RETRY_MS * 4 ** (failures - 1), UPGRADE_LONGEST_RETRY_MS) };
}

/** The address of the supernode a relayed connection goes through, with its peer id. */
function relayAddressOf(connection: Connection): Multiaddr | undefined {
  return relayOf(connection.remoteAddr) === undefined ? undefined : connection.remoteAddr.decapsulate("/p2p-circuit");
}
