import type { Socket } from "node:net";
import type { Multiaddr } from "@multiformats/multiaddr";
import type { Clock } from "@skein/core";
import type { AddressCaps, ArrivalRefusal } from "./address-caps.ts";
import type { BareWebSocket, WebSocketServer } from "./libp2p-insides.ts";
import { HANDSHAKE_TIMEOUT_MS, MAX_CONNECTIONS, MAX_PENDING_CONNECTIONS, MAX_WS_MESSAGE_BYTES } from "./limits.ts";
import type { Refusals } from "./refusals.ts";
import { socketKey, socketKeyOf, sourceOf } from "./source-address.ts";

/** Watches over the sockets of a supernode's WebSocket servers, from their first moment. */
export interface SocketGuard {
  /** Sockets whose handshake is not done. */
  readonly halfOpen: number;
  /** The connection at this address is a libp2p connection now. */
  proven(address: Multiaddr): void;
}

/** What one that is turned away is told, where it speaks HTTP; TLS ones see the socket end. */
const TURNED_AWAY = "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 30\r\nConnection: close\r\n\r\n";

/**
 * Puts the limits before libp2p, which counts a connection only when the WebSocket is open, waits for a first byte without
 * end, and takes messages of 100 MiB from strangers (@libp2p/websockets 10.1.21, ws 8.23.0). It also leaves errors of a
 * WebSocket to nobody: one frame that breaks RFC 6455, from anyone, would end the process.
 */
export function guardSockets(
  servers: readonly WebSocketServer[],
  dependencies: { readonly caps: AddressCaps; readonly clock: Clock; readonly refusals: Refusals },
): SocketGuard {
  const { caps, clock, refusals } = dependencies;
  const provenBy = new Map<string, () => void>();

  const turnAway = (socket: Socket, reason: ArrivalRefusal): void => {
    refusals.count(reason);
    socket.on("error", () => {});
    socket.end(TURNED_AWAY, () => socket.destroy());
  };
  const take = (socket: Socket, handOn: (socket: Socket) => void): void => {
    const { remoteAddress, remotePort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) {
      socket.destroy();
      return;
    }
    const visit = caps.arrive(sourceOf(remoteAddress));
    if (typeof visit === "string") {
      turnAway(socket, visit);
      return;
    }
    const key = socketKey(remoteAddress, remotePort);
    const cancel = clock.at(clock.now() + HANDSHAKE_TIMEOUT_MS, () => {
      refusals.count("half-open");
      socket.destroy();
    });
    const young = (): void => {
      cancel();
      provenBy.delete(key);
      visit.proven();
    };
    provenBy.set(key, young);
    socket.once("close", () => {
      if (provenBy.get(key) === young) young();
      visit.ended();
    });
    // libp2p adds its own only after the first byte.
    socket.on("error", () => socket.destroy());
    handOn(socket);
  };

  for (const { server, wsServer } of servers) {
    const handlers = server.listeners("connection") as ((socket: Socket) => void)[];
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) =>
      take(socket, (taken) => {
        for (const handler of handlers) handler.call(server, taken);
      }),
    );
    server.maxConnections = MAX_CONNECTIONS + MAX_PENDING_CONNECTIONS;
    wsServer.options.maxPayload = MAX_WS_MESSAGE_BYTES;
    const upgrade = wsServer.handleUpgrade.bind(wsServer);
    wsServer.handleUpgrade = (...given) => {
      const [use, ...before] = [
        given.at(-1) as (socket: BareWebSocket, ...more: unknown[]) => void,
        ...given.slice(0, -1),
      ];
      upgrade(...before, (socket, ...more) => {
        socket.on("error", ({ code }) => {
          refusals.count(code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" ? "oversize" : "bad-frame");
          socket.terminate();
        });
        use(socket, ...more);
      });
    };
  }
  return {
    get halfOpen() {
      return provenBy.size;
    },
    proven(address) {
      const key = socketKeyOf(address);
      if (key !== undefined) provenBy.get(key)?.();
    },
  };
}
