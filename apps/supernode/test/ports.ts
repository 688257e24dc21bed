import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** Ports of one supernode on 127.0.0.1 that nobody listens on. */
export interface FreePorts {
  readonly ws: number;
  readonly http: number;
  readonly webrtc: number;
  readonly turn: number;
}

/** Finds free ports: the system chooses them, all at once, and they are let go of again. */
export async function freePorts(): Promise<FreePorts> {
  const servers = [createServer(), createServer()];
  const sockets = [createSocket("udp4"), createSocket("udp4")];
  for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
  for (const socket of sockets) {
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
  }
  const [ws = 0, http = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  const [webrtc = 0, turn = 0] = sockets.map((socket) => socket.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(resolve))));
  return { ws, http, webrtc, turn };
}

/** The arguments of a supernode on these ports of 127.0.0.1, keeping its state in `data`. */
export function supernodeArguments(data: string, ports: FreePorts): string[] {
  return [
    ...["supernode", "--data", data, "--listen", "127.0.0.1", "--allow-private"],
    ...["--ws-port", `${ports.ws}`, "--webrtc-port", `${ports.webrtc}`],
    ...["--turn-port", `${ports.turn}`, "--http-port", `${ports.http}`],
  ];
}
