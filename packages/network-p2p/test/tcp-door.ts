import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP port that leads to another one, until somebody shuts it. */
export interface TcpDoor {
  readonly port: number;
  /** Breaks every connection through it; new ones may follow. */
  sever(): void;
  /** Breaks all, and lets nobody through any more. */
  shut(): void;
}

/** Opens a door on loopback to a port there. */
export async function openTcpDoor(targetPort: number): Promise<TcpDoor> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer((inner) => {
    const outer = connect(targetPort, "127.0.0.1");
    keep(inner);
    keep(outer);
    inner.pipe(outer).pipe(inner);
    inner.on("close", () => outer.destroy());
    outer.on("close", () => inner.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sever = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    sever,
    shut() {
      server.close();
      sever();
    },
  };
}
