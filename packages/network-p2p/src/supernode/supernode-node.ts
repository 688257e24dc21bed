import { noise } from "@chainsafe/libp2p-noise";
import { autoNATv2 } from "@libp2p/autonat-v2";
import { identify, identifyPush } from "@libp2p/identify";
import type { Connection, Libp2p, PeerId, PrivateKey } from "@libp2p/interface";
import { keychain } from "@libp2p/keychain";
import { ping } from "@libp2p/ping";
import { webRTCDirect } from "@libp2p/webrtc";
import { webSockets } from "@libp2p/websockets";
import { yamux } from "@libp2p/yamux";
import type { TrafficMeter } from "@skein/core";
import { createLibp2p } from "libp2p";
import { type DialPolicy, mayDial } from "../addresses.ts";
import { exposeParts, type Libp2pParts } from "../libp2p-parts.ts";
import { countBytesSent } from "./bytes-sent.ts";
import type { Guard } from "./guard.ts";
import {
  MAX_CONNECTIONS,
  MAX_PENDING_CONNECTIONS,
  MAX_SOCKET_BYTES,
  MAX_STREAM_UNSENT_BYTES,
  MAX_STREAMS_FROM_PEER,
} from "./limits.ts";
import type { Datastore } from "./record-sweep.ts";

/** What a supernode's libp2p node is made of. */
export interface SupernodeNodeInit {
  readonly privateKey: PrivateKey;
  readonly listen: readonly string[];
  /** Announced instead of what it listens on, when there are any; certificate hashes are added. */
  readonly announce: readonly string[];
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly datastore: Datastore | undefined;
  /** Which addresses of other supernodes may be dialled. */
  readonly policy: DialPolicy;
  /** Whether AutoNAT v2 runs: it tells others whether they are reached, and, where nothing is announced, us. */
  readonly autonat: "on" | "off";
  readonly guard: Guard;
  /** Counts what crosses the connections, as spent on others. */
  readonly meter: TrafficMeter | undefined;
  /** Asked before a relay slot is given, when the guard has nothing against it. */
  readonly mayReserve: (peer: PeerId) => boolean;
}

/** A started node, without the roles that come and go (`roles.ts`). */
export interface SupernodeNode {
  readonly node: Libp2p;
  readonly parts: Libp2pParts;
  readonly guard: Guard;
  /** Bytes sent on its streams since the start. */
  readonly bytesSent: () => number;
}

/** Makes and starts the libp2p node of a supernode. Rejects when it cannot listen on every address. */
export async function createSupernodeNode(init: SupernodeNodeInit): Promise<SupernodeNode> {
  const { datastore, guard, mayReserve, policy, tls } = init;
  const makeMuxer = yamux({
    // It would be a timer and two packets a leaf every 30 s; the index stream tells who lives.
    enableKeepAlive: false,
    maxInboundStreams: MAX_STREAMS_FROM_PEER,
    streamOptions: { maxWriteBufferLength: MAX_STREAM_UNSENT_BYTES },
  });
  const sent = countBytesSent(init.meter);
  const node = await createLibp2p({
    metrics: () => sent.metrics,
    privateKey: init.privateKey,
    nodeInfo: { userAgent: "skein-supernode" },
    ...(datastore === undefined ? {} : { datastore }),
    addresses: { listen: [...init.listen], announce: [...init.announce] },
    transports: [
      webSockets({
        maxBufferedAmount: MAX_SOCKET_BYTES,
        ...(tls === undefined ? {} : { https: { cert: tls.certificate, key: tls.key } }),
      }),
      webRTCDirect({ rtcConfiguration: { iceServers: [] } }),
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [() => guard.limitMuxer(makeMuxer())],
    connectionGater: {
      denyDialMultiaddr: (address) => !mayDial(address, policy),
      denyInboundConnection: (connection) => !guard.mayConnect(connection),
      denyInboundRelayReservation: (peer) => !(guard.mayReserve(peer) && mayReserve(peer)),
    },
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      // The guard counts by address, and by /64.
      inboundConnectionThreshold: Number.POSITIVE_INFINITY,
      maxIncomingPendingConnections: MAX_PENDING_CONNECTIONS,
    },
    // Pings of every connection would be most of an idle supernode's work, and close busy ones; the index stream tells.
    connectionMonitor: { enabled: false },
    services: {
      identify: identify({ maxMessageSize: 16 * 1024 }),
      identifyPush: identifyPush(),
      ping: ping(),
      parts: exposeParts,
      ...(init.autonat === "on" ? { autonat: autoNATv2() } : {}),
      // Keeps the key of the webrtc-direct certificate, so that the address stays the same after a restart.
      ...(datastore === undefined ? {} : { keychain: keychain() }),
    },
  });
  node.addEventListener("connection:open", (event) => dropOlder(node, event.detail));
  const { parts } = node.services;
  await guard.watch(node, parts);
  return { node, parts, guard, bytesSent: sent.total };
}

/**
 * A leaf that comes back (another network, a reload) is reached by its new connection: the relay would go on using the
 * oldest, which may be dead without anybody having noticed.
 */
function dropOlder(node: Libp2p, fresh: Connection): void {
  if (fresh.direction !== "inbound") return;
  for (const each of node.getConnections(fresh.remotePeer))
    if (each !== fresh && each.direction === "inbound") each.abort(new Error("the peer came back"));
}
