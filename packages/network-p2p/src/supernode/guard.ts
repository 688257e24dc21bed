import type { CircuitRelayService } from "@libp2p/circuit-relay-v2";
import type { Connection, Libp2p, MultiaddrConnection, PeerId, StreamMuxerFactory } from "@libp2p/interface";
import type { SingleKadDHT } from "@libp2p/kad-dht";
import { peerIdFromString } from "@libp2p/peer-id";
import type { Clock } from "@skein/core";
import { gateProtocol, type Libp2pParts } from "../libp2p-parts.ts";
import { KAD_PROTOCOL } from "../specification.ts";
import { createTokenBucket } from "../token-bucket.ts";
import { type AddressLimits, createAddressCaps } from "./address-caps.ts";
import { limitDht } from "./dht-quota.ts";
import { guardFrames } from "./frame-guard.ts";
import { boundUnsent, dhtRpcOf, gatePings, webSocketServersOf } from "./libp2p-insides.ts";
import {
  DHT_REQUESTS,
  DHT_WRITES,
  MAX_DHT_FRAME_BYTES,
  MAX_HOP_FRAME_BYTES,
  MAX_UNSENT_BYTES,
  MUXER_PINGS,
  PROTOCOL_STREAMS,
} from "./limits.ts";
import { createRefusals, type Refusals } from "./refusals.ts";
import { createPeerRates } from "./request-rates.ts";
import { createReservationCaps } from "./reservation-caps.ts";
import { guardSockets, type SocketGuard } from "./socket-guard.ts";
import { socketKeyOf, sourceOfConnection } from "./source-address.ts";

/** Keeps a supernode from being used up by a few. docs/spec/p2p.md, rules PG*. */
export interface Guard {
  readonly refusals: Refusals;
  /** Sockets whose handshake is not done. */
  readonly halfOpen: number;
  /** Whether a new connection that is not over TCP may come in; those over TCP were counted at their socket. */
  mayConnect(connection: MultiaddrConnection): boolean;
  /** The same muxer factory; what it makes answers few pings, and keeps little for a peer that does not read. */
  limitMuxer(factory: StreamMuxerFactory): StreamMuxerFactory;
  /** Whether a peer may have a relay slot, by its address. */
  mayReserve(peer: PeerId): boolean;
  /** Begins to watch over a node that listens. */
  watch(node: Libp2p, parts: Libp2pParts): Promise<void>;
  /** Begins to watch over a relay and a DHT that serve. Each new pair anew. */
  watchServices(
    services: { readonly relay: CircuitRelayService; readonly dht: SingleKadDHT },
    parts: Libp2pParts,
  ): Promise<void>;
}

/** The protocols of libp2p that anybody may open. */
const IDENTIFY_PROTOCOL = "/ipfs/id/1.0.0";
const IDENTIFY_PUSH_PROTOCOL = "/ipfs/id/push/1.0.0";
const PING_PROTOCOL = "/ipfs/ping/1.0.0";
const HOP_PROTOCOL = "/libp2p/circuit/relay/0.2.0/hop";

/** Makes a guard for one node. */
export function createGuard(limits: AddressLimits, clock: Clock): Guard {
  const refusals = createRefusals();
  const now = (): number => clock.now();
  const caps = createAddressCaps(limits, now);
  const streams = createPeerRates(PROTOCOL_STREAMS, { now, onRefused: () => refusals.count("rate-protocol") });
  const dhtRates = createPeerRates(
    { request: DHT_REQUESTS, write: DHT_WRITES },
    { now, onRefused: () => refusals.count("rate-dht") },
  );
  let node: Libp2p | undefined;
  let relay: CircuitRelayService | undefined;
  let sockets: SocketGuard | undefined;
  const slots = createReservationCaps<string>(limits.reservations, (peer) => holdsSlot(peer));

  const holdsSlot = (peer: string): boolean => relay?.reservations.has(peerIdFromString(peer)) === true;
  const groupOf = (peer: PeerId): string | undefined => {
    const [connection] = node?.getConnections(peer) ?? [];
    return connection === undefined ? undefined : caps.counted(sourceOfConnection(connection.remoteAddr));
  };
  /** Many keys cost nothing: where addresses count, those of one address share its allowance. */
  const askerOf = (connection: Connection): string =>
    caps.counted(sourceOfConnection(connection.remoteAddr)) ?? connection.remotePeer.toString();
  const onOversize = (): void => refusals.count("oversize");
  const limitStreams = async (parts: Libp2pParts, protocol: string, kind: keyof typeof PROTOCOL_STREAMS) => {
    await gateProtocol(parts, protocol, (connection) => streams.allow(connection.remotePeer.toString(), kind));
  };

  return {
    refusals,
    get halfOpen() {
      return sockets?.halfOpen ?? 0;
    },
    mayConnect(connection) {
      if (socketKeyOf(connection.remoteAddr) !== undefined) return true;
      const visit = caps.arrive(sourceOfConnection(connection.remoteAddr));
      if (typeof visit === "string") {
        refusals.count(visit);
        return false;
      }
      visit.proven();
      connection.addEventListener("close", visit.ended);
      return true;
    },
    limitMuxer(factory) {
      const make = factory.createStreamMuxer.bind(factory);
      factory.createStreamMuxer = (stream) => {
        const muxer = make(stream);
        const pings = createTokenBucket(MUXER_PINGS, now);
        boundUnsent(stream, MAX_UNSENT_BYTES, () => refusals.count("slow-reader"));
        gatePings(muxer, stream, () => {
          const admitted = pings.take();
          if (!admitted) refusals.count("rate-protocol");
          return admitted;
        });
        return muxer;
      };
      return factory;
    },
    mayReserve(peer) {
      const group = groupOf(peer);
      if (group === undefined || slots.take(group, peer.toString())) return true;
      refusals.count("address-reservations");
      return false;
    },
    async watch(watched, parts) {
      node = watched;
      sockets = guardSockets(webSocketServersOf(parts), { caps, clock, refusals });
      node.addEventListener("connection:open", ({ detail: connection }) => {
        sockets?.proven(connection.remoteAddr);
      });
      node.addEventListener("peer:disconnect", (event) => slots.free(event.detail.toString()));
      await limitStreams(parts, IDENTIFY_PROTOCOL, "identify");
      await limitStreams(parts, IDENTIFY_PUSH_PROTOCOL, "identify");
      await limitStreams(parts, PING_PROTOCOL, "ping");
    },
    async watchServices(services, parts) {
      relay = services.relay;
      await gateProtocol(parts, HOP_PROTOCOL, (connection, stream) => {
        if (!streams.allow(connection.remotePeer.toString(), "hop")) return false;
        const admit = (): boolean => true;
        guardFrames(stream, { maxFrameBytes: MAX_HOP_FRAME_BYTES, frames: "first" }, { admit, onOversize });
        return true;
      });
      await gateProtocol(parts, KAD_PROTOCOL, (connection, stream) => {
        const admit = (): boolean => dhtRates.allow(askerOf(connection), "request");
        guardFrames(stream, { maxFrameBytes: MAX_DHT_FRAME_BYTES, frames: "all" }, { admit, onOversize });
        return true;
      });
      limitDht(dhtRpcOf(services.dht), {
        mayWrite: (peer) => dhtRates.allow(groupOf(peer) ?? peer.toString(), "write"),
        refusals,
      });
    },
  };
}
