import type { Server } from "node:http";
import { CENTRAL_CLOSE, CENTRAL_PATH, MAX_REQUEST_FRAME_BYTES } from "@skein/wire";
import { type WebSocket, WebSocketServer } from "ws";
import { createAddresses } from "./addresses.ts";
import { type Connection, runConnection } from "./connection.ts";
import type { Exchange } from "./exchange.ts";

/** Takes WebSockets in and runs a connection on each. */
export interface Acceptor {
  /** Connections now, logged in or not. */
  readonly connections: number;
  /** Closes every connection with a code and a sentence, and takes no more. */
  endAll(code: number, reason: string): void;
  /** Cuts those that did not answer the close. */
  cutAll(): void;
}

/** Accepts on `http` at `CENTRAL_PATH` (CE6, CE8). Too many connections are told so and closed. */
export function acceptConnections(http: Server, exchange: Exchange): Acceptor {
  const { clock, limits, log } = exchange;
  const connections = new Map<WebSocket, Connection>();
  const addresses = createAddresses(limits, { clock });
  let taking = true;
  const sockets = new WebSocketServer({
    server: http,
    path: CENTRAL_PATH,
    maxPayload: MAX_REQUEST_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  });
  sockets.on("error", (error) => log.error({ error: error.message }, "websocket server"));
  sockets.on("connection", (socket, request) => {
    // Cut or malformed connections: `close` follows and does the work.
    socket.on("error", (error) => log.debug({ error: error.message }, "websocket"));
    const leave = addresses.admit(request.socket.remoteAddress ?? "unknown");
    if (leave === undefined || connections.size >= limits.maxSessions || !taking) {
      leave?.();
      socket.close(CENTRAL_CLOSE.busy, "too many connections, come back later");
      return;
    }
    const connection = attach(socket);
    connections.set(socket, connection);
    socket.on("close", () => {
      leave();
      connections.delete(socket);
      connection.closed();
    });
  });

  function attach(socket: WebSocket): Connection {
    const connection = runConnection(socket, exchange);
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) connection.receive(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      else connection.end(CENTRAL_CLOSE.protocolError, "binary frames only");
    });
    return connection;
  }

  return {
    get connections() {
      return connections.size;
    },
    endAll(code, reason) {
      taking = false;
      for (const connection of connections.values()) connection.end(code, reason);
    },
    cutAll() {
      for (const socket of connections.keys()) socket.terminate();
    },
  };
}
