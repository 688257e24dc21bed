import { noise } from "@chainsafe/libp2p-noise";
import { type CircuitRelayService, circuitRelayServer } from "@libp2p/circuit-relay-v2";
import { identify, identifyPush } from "@libp2p/identify";
import type { Connection, Libp2p, PrivateKey } from "@libp2p/interface";
import { kadDHT, type SingleKadDHT } from "@libp2p/kad-dht";
import { keychain } from "@libp2p/keychain";
import { ping } from "@libp2p/ping";
import { webRTCDirect } from "@libp2p/webrtc";
import { webSockets } from "@libp2p/websockets";
import { yamux } from "@libp2p/yamux";
import { createLibp2p } from "libp2p";
import { type DialPolicy, mayDial } from "../addresses.ts";
import { exposeParts, type Libp2pParts } from "../libp2p-parts.ts";
import { KAD_PROTOCOL } from "../specification.ts";
import {
  MAX_CONNECTIONS,
  MAX_CONNECTIONS_PER_SECOND,
  MAX_HOPS_FROM_LEAF,
  MAX_PENDING_CONNECTIONS,
  MAX_STOPS_TO_LEAF,
  RELAYED_BYTES,
  RELAYED_DURATION_MS,
  RESERVATION_TTL_MS,
} from "./limits.ts";
import { type Datastore, DHT_DATASTORE_PREFIX } from "./record-sweep.ts";
import type { RecordValidator } from "./record-validator.ts";

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
  readonly maxReservations: number;
  readonly validate: RecordValidator;
}

/** A started node and its services. */
export interface SupernodeNode {
  readonly node: Libp2p;
  readonly parts: Libp2pParts;
  readonly relay: CircuitRelayService;
  readonly dht: SingleKadDHT;
}

/** Makes and starts the libp2p node of a supernode. Rejects when it cannot listen on every address. */
export async function createSupernodeNode(init: SupernodeNodeInit): Promise<SupernodeNode> {
  const { datastore, policy, tls, validate } = init;
  const node = await createLibp2p({
    privateKey: init.privateKey,
    nodeInfo: { userAgent: "skein-supernode" },
    ...(datastore === undefined ? {} : { datastore }),
    addresses: { listen: [...init.listen], announce: [...init.announce] },
    transports: [
      webSockets(tls === undefined ? {} : { https: { cert: tls.certificate, key: tls.key } }),
      webRTCDirect({ rtcConfiguration: { iceServers: [] } }),
    ],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: (address) => !mayDial(address, policy) },
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      inboundConnectionThreshold: MAX_CONNECTIONS_PER_SECOND,
      maxIncomingPendingConnections: MAX_PENDING_CONNECTIONS,
    },
    // Pings of every connection would be most of an idle supernode's work, and close busy ones; the index stream tells.
    connectionMonitor: { enabled: false },
    services: {
      identify: identify({ maxMessageSize: 16 * 1024 }),
      identifyPush: identifyPush(),
      ping: ping(),
      parts: exposeParts,
      // Keeps the key of the webrtc-direct certificate, so that the address stays the same after a restart.
      ...(datastore === undefined ? {} : { keychain: keychain() }),
      relay: circuitRelayServer({
        maxInboundHopStreams: MAX_HOPS_FROM_LEAF,
        maxOutboundStopStreams: MAX_STOPS_TO_LEAF,
        reservations: {
          maxReservations: init.maxReservations,
          reservationTtl: RESERVATION_TTL_MS,
          defaultDurationLimit: RELAYED_DURATION_MS,
          defaultDataLimit: RELAYED_BYTES,
        },
      }),
      dht: kadDHT({
        protocol: KAD_PROTOCOL,
        datastorePrefix: DHT_DATASTORE_PREFIX,
        kBucketSize: 8,
        alpha: 3,
        disjointPaths: 2,
        clientMode: false,
        // Its default drops private addresses, and a local network would stay empty without a word.
        peerInfoMapper: (peer) => ({ ...peer, multiaddrs: peer.multiaddrs.filter((each) => mayDial(each, policy)) }),
        validators: { skein: validate, pk: refuseAll },
        // The validator lets only the newest pass; any that passed last is right.
        selectors: { skein: (_, values) => values.length - 1, pk: () => 0 },
      }),
    },
  });
  const { dht, parts, relay } = node.services;
  // A reservation outlives its connection otherwise, and the slots run out (js-libp2p#2833).
  node.addEventListener("peer:disconnect", (event) => void relay.reservations.delete(event.detail));
  node.addEventListener("connection:open", (event) => dropOlder(node, event.detail));
  return { node, parts, relay, dht: dht as SingleKadDHT };
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

function refuseAll(): never {
  throw new RangeError("record: of no kind we keep");
}
