import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Random } from "@skein/core";
import type { WantedPort } from "./allocation.ts";
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
  parity: WantedPort,
  random: Random,
): Promise<OpenedSocket> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
    const wanted =
      ports.kind === "ephemeral" ? 0 : ports.min + Math.floor(random.fraction() * (ports.max - ports.min + 1));
    if (parity === "even" && wanted % 2 === 1) continue;
    const bound = await bindSocket(host, wanted);
    if (bound.kind === "refused" && bound.code !== "EADDRINUSE") break;
    if (bound.kind === "refused") continue;
    const { port } = bound.socket.address();
    if (parity === "any" || port % 2 === 0) return { kind: "opened", socket: bound.socket, port };
    bound.socket.close();
  }
  return { kind: "failed" };
}

/** A bound socket, or the error it met. */
export type BoundSocket =
  | { readonly kind: "bound"; readonly socket: Socket }
  | { readonly kind: "refused"; readonly code: unknown; readonly error: unknown };

/** Binds one UDP socket for IPv4. Never rejects; closes what it could not bind. */
export async function bindSocket(host: string, port: number): Promise<BoundSocket> {
  const socket = createSocket({ type: "udp4", recvBufferSize: RECEIVE_BUFFER_BYTES, lookup: noLookup });
  try {
    // Listened for first: without a look-up the socket may be bound before `bind` returns.
    const listening = once(socket, "listening");
    socket.bind(port, host);
    await listening;
    return { kind: "bound", socket };
  } catch (error) {
    socket.close();
    return { kind: "refused", code: error instanceof Error && "code" in error ? error.code : undefined, error };
  }
}

/** All our addresses are numbers already; the usual look-up would cost a turn of the event loop a packet. */
function noLookup(host: string, _options: unknown, done: (error: null, address: string, family: number) => void): void {
  done(null, host, 4);
}
