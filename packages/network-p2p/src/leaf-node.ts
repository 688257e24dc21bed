import { noise } from "@chainsafe/libp2p-noise";
import { circuitRelayTransport } from "@libp2p/circuit-relay-v2";
import { type Identify, identify } from "@libp2p/identify";
import type { Libp2p, PrivateKey } from "@libp2p/interface";
import { webRTC, webRTCDirect } from "@libp2p/webrtc";
import { webSockets } from "@libp2p/websockets";
import { yamux } from "@libp2p/yamux";
import type { TrafficMeter } from "@skein/core";
import { createLibp2p } from "libp2p";
import { exposeParts, type Libp2pParts } from "./libp2p-parts.ts";
import { metered } from "./metered.ts";

/** What a leaf's libp2p node is made of. */
export interface LeafNodeInit {
  readonly privateKey: PrivateKey;
  /** STUN servers for an upgrade to a direct connection; never public ones. */
  readonly iceServers: () => Promise<RTCIceServer[]>;
  readonly meter: TrafficMeter | undefined;
}

/** A started node and what it hides. */
export interface LeafNode {
  readonly node: Libp2p<{ readonly identify: Identify; readonly parts: Libp2pParts }>;
  readonly parts: Libp2pParts;
}

/**
 * Makes and starts the libp2p node of a leaf. It listens nowhere and announces nothing: its reservations at supernodes
 * make it reachable, and identify has no address to name. Nothing in libp2p dials by itself, since the gater refuses every
 * such dial: an address that a stranger claimed would otherwise be dialled and learn ours.
 */
export async function createLeafNode(init: LeafNodeInit): Promise<LeafNode> {
  const node = await createLibp2p({
    privateKey: init.privateKey,
    ...(init.meter === undefined ? {} : { metrics: metered(init.meter) }),
    nodeInfo: { userAgent: "skein" },
    addresses: { listen: [], announceFilter: () => [] },
    transports: [
      webSockets(),
      // Without a list of its own it would ask four public STUN servers.
      webRTCDirect({ rtcConfiguration: { iceServers: [] } }),
      webRTC({ rtcConfiguration: async () => ({ iceServers: await init.iceServers() }) }),
      circuitRelayTransport({
        maxInboundStopStreams: 128,
        maxOutboundStopStreams: 128,
        // One success clears what still waits in its queue (4.2.13, reservation-store.ts): nothing may wait.
        reservationConcurrency: 16,
      }),
    ],
    connectionEncrypters: [noise()],
    // Its pings every 30 s would be most of an idle leaf's traffic; the index stream tells whether a supernode lives.
    streamMuxers: [yamux({ enableKeepAlive: false })],
    connectionGater: { denyDialPeer: () => true, denyDialMultiaddr: () => true },
    connectionManager: {
      maxConnections: 200,
      // A relayed connection counts for the address of its relay.
      inboundConnectionThreshold: 50,
      maxIncomingPendingConnections: 50,
      reconnectRetries: 0,
    },
    // Its default closes busy connections; the index stream tells us whether a supernode lives.
    connectionMonitor: { enabled: false },
    services: {
      identify: identify({ runOnConnectionOpen: false }),
      parts: exposeParts,
    },
  });
  return { node, parts: node.services.parts };
}
