import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP port that leads to another one, until somebody shuts it. */
export interface TcpDoor {
  readonly port: number;
  /** Breaks every connection through it; new ones may follow. */
  sever(): void;
  /**
   * Stops reading what comes from the port behind it (`outer`), as a visitor does that never reads and still speaks; or what
   * the visitor says (`inner`).
   */
  stall(side?: "outer" | "inner"): void;
  /** Breaks all, and lets nobody through any more. */
  shut(): void;
}

/** Opens a door on loopback to a port there; `from` is the loopback address its visitors are seen to come from. */
export async function openTcpDoor(targetPort: number, from = "127.0.0.1"): Promise<TcpDoor> {
  const sockets = new Set<Socket>();
  const [outers, inners] = [new Set<Socket>(), new Set<Socket>()];
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer((inner) => {
    const outer = connect({ port: targetPort, host: "127.0.0.1", localAddress: from });
    outers.add(outer);
    inners.add(inner);
    outer.on("close", () => outers.delete(outer));
    inner.on("close", () => inners.delete(inner));
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
    stall(side = "outer") {
      for (const each of side === "outer" ? outers : inners) each.unpipe().pause();
    },
    shut() {
      server.close();
      sever();
    },
  };
}
