import type { Server } from "node:net";
import type { Connection, MessageStream, PeerId, StreamMuxer } from "@libp2p/interface";
import type { Libp2pParts } from "../libp2p-parts.ts";

/**
 * What libp2p keeps private and a supernode's limits need: its sockets, its unsent bytes, the requests of its DHT. Structural;
 * each throws where libp2p is built otherwise than in the pinned versions, so that an update cannot take a limit away unseen.
 */

/** A WebSocket listener of @libp2p/websockets 10.1.21: the TCP server, and the `ws` server behind it. */
export interface WebSocketServer {
  readonly server: Server;
  readonly wsServer: {
    readonly options: { maxPayload: number };
    handleUpgrade(...upgrade: [...unknown[], (socket: BareWebSocket, ...more: unknown[]) => void]): void;
  };
}

/** A WebSocket as `ws` makes it. */
export interface BareWebSocket {
  on(event: "error", listener: (error: Error & { readonly code?: string }) => void): void;
  terminate(): void;
}

/** The WebSocket listeners of a node; none where it listens on none. */
export function webSocketServersOf(parts: Libp2pParts): readonly WebSocketServer[] {
  const { transportManager } = parts as unknown as {
    readonly transportManager: {
      getListeners(): readonly (object & { readonly getAddrs: () => readonly unknown[] })[];
    };
  };
  return transportManager.getListeners().flatMap((listener) => {
    if (!listener.getAddrs().some((address) => /\/wss?$/.test(String(address)))) return [];
    const { server, wsServer } = listener as Partial<WebSocketServer>;
    if (server === undefined || wsServer?.options.maxPayload === undefined) throw new Error("no WebSocket server");
    return [{ server, wsServer }];
  });
}

/** The side of kad-dht 16.4.5 that answers. */
export interface DhtRpc {
  handleMessage(peer: PeerId, message: { readonly type: string }): Promise<unknown>;
}

/** How a DHT answers. */
export function dhtRpcOf(dht: object): DhtRpc {
  const { rpc } = dht as { readonly rpc?: DhtRpc };
  if (typeof rpc?.handleMessage !== "function") throw new Error("no DHT requests");
  return rpc;
}

/**
 * Ends a connection once more than `maxBytes` wait for its peer beyond what its socket takes: libp2p sets no bound to what a
 * muxer says of its own accord, whether the peer reads or not. `onEnded` hears of it. The stream is the encrypted one that
 * a muxer is made of: all that is sent goes through it.
 */
export function boundUnsent(stream: MessageStream, maxBytes: number, onEnded: () => void): void {
  stream.maxWriteBufferLength = maxBytes;
  stream.addEventListener("close", ({ error }) => {
    if (error?.name === "StreamBufferError") onEnded();
  });
}

/** The encrypted stream of a connection (libp2p 3.3.11). */
export function encryptedStreamOf(connection: Connection): MessageStream {
  const { muxer } = connection as unknown as { readonly muxer?: { readonly maConn?: MessageStream } };
  if (muxer?.maConn?.writeBufferLength === undefined) throw new Error("no stream under the muxer");
  return muxer.maConn;
}

/** The flag of a ping that wants an answer (yamux spec, `SYN`). */
const PING_REQUEST = 1;

/**
 * Asks before each ping of the muxer (@libp2p/yamux 8.0.3) is answered; a no ends its connection. One costs its sender 12
 * bytes, and us about 0.1 ms. To be called as soon as the muxer is made: its first bytes may be waiting.
 */
export function gatePings(muxer: StreamMuxer, stream: MessageStream, admit: () => boolean): void {
  const gated = muxer as StreamMuxer & { handlePing?: (header: { readonly flag: number }) => void };
  const handle = gated.handlePing?.bind(muxer);
  if (handle === undefined) throw new Error("no pings of the muxer");
  gated.handlePing = (header) => {
    if (header.flag !== PING_REQUEST || admit()) return handle(header);
    // More of them may stand in the same message.
    gated.handlePing = () => {};
    const error = new Error("too many pings");
    muxer.abort(error);
    stream.abort(error);
  };
}
