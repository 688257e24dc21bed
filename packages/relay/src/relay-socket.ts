import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { once } from "node:events";
import type { Random } from "@skein/core";
import { PORT_ATTEMPTS, RECEIVE_BUFFER_BYTES } from "./defaults.ts";

/** Where relayed ports come from. */
export type RelayPorts =
  /** A random free port of this range, both ends included. */
  | { readonly kind: "range"; readonly min: number; readonly max: number }
  /** Whatever the system gives. */
  | { readonly kind: "ephemeral" };

/** A bound socket, or none to be had. */
export type OpenedSocket =
  | { readonly kind: "opened"; readonly socket: Socket; readonly port: number }
  | { readonly kind: "failed" };

/** Binds a UDP socket on `host` at a port of `ports`, trying a bounded number of them. Never rejects. */
export async function openRelaySocket(
  host: string,
  ports: RelayPorts,
  random: Random,
  lookup: NonNullable<SocketOptions["lookup"]>,
): Promise<OpenedSocket> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
    const wanted =
      ports.kind === "ephemeral" ? 0 : ports.min + Math.floor(random.fraction() * (ports.max - ports.min + 1));
    const socket = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER_BYTES, lookup });
    try {
      socket.bind(wanted, host);
      await once(socket, "listening");
      return { kind: "opened", socket, port: socket.address().port };
    } catch (error) {
      socket.close();
      if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) return { kind: "failed" };
    }
  }
  return { kind: "failed" };
}
