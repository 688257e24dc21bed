import type { Socket } from "node:dgram";
import { networkInterfaces } from "node:os";
import { MAX_LISTENERS, PORT_ATTEMPTS } from "./defaults.ts";
import { bindSocket } from "./relay-socket.ts";

/** Sockets clients speak to, all on one port; a client's `listener` is the place in this list. */
export interface Listeners {
  readonly sockets: readonly Socket[];
  readonly addresses: readonly string[];
  readonly port: number;
}

/** The IPv4 addresses this machine has now, loopback included. */
export function machineAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.flatMap(({ family, address }) => (family === "IPv4" ? [address] : []));
}

/**
 * Listens on one address, or for `0.0.0.0` on every address of the machine with a socket each: a single socket for all
 * would answer from an address of the kernel's choice, and a browser that asked 127.0.0.1 from a socket of its network
 * card ignores an answer from elsewhere. Rejects with the system's error when the port is taken; addresses that are
 * going away just now are left out. Port 0: the system chooses one that is free on all of them.
 */
export async function listen(address: string, port: number): Promise<Listeners> {
  const addresses = address === "0.0.0.0" ? machineAddresses().slice(0, MAX_LISTENERS) : [address];
  for (let attempt = 1; ; attempt++) {
    const sockets: Socket[] = [];
    const refusal = await bindAll(addresses, port, sockets);
    const [first] = sockets;
    if (refusal === undefined && first !== undefined)
      return { sockets, addresses: sockets.map((socket) => socket.address().address), port: first.address().port };
    for (const socket of sockets) socket.close();
    if (port !== 0 || attempt >= PORT_ATTEMPTS) throw refusal?.error ?? new Error("the machine has no IPv4 address");
  }
}

/** Adds to `sockets`, all on the port of the first; stops at the first refusal that matters. */
async function bindAll(
  addresses: readonly string[],
  port: number,
  sockets: Socket[],
): Promise<{ readonly error: unknown } | undefined> {
  for (const address of addresses) {
    const bound = await bindSocket(address, sockets[0]?.address().port ?? port);
    if (bound.kind === "bound") sockets.push(bound.socket);
    else if (bound.code !== "EADDRNOTAVAIL" || addresses.length === 1) return bound;
  }
  return undefined;
}
