import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { oneLine } from "./one-line.ts";

/** A port somebody set. */
export interface Place {
  /** The flag that sets it. */
  readonly setting: string;
  readonly listen: string;
  readonly port: number;
}

/** What the system says of a port that cannot be listened on. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use already",
  EACCES: "may not be listened on by this user",
  EADDRNOTAVAIL: "cannot be listened on: the address is not one of this machine",
};

/** Waits for something to listen; rejects with a sentence that names the setting and the port. */
export async function listening<T>({ setting, listen, port }: Place, starting: Promise<T>): Promise<T> {
  try {
    return await starting;
  } catch (error) {
    const reason = REASONS[String((error as NodeJS.ErrnoException).code)] ?? `cannot be listened on: ${oneLine(error)}`;
    throw new Error(`${setting} ${port}: ${listen}:${port} ${reason}`, { cause: error });
  }
}

/**
 * Looks whether these ports can be listened on, all at once, and lets go of them again. The libraries that listen later
 * say less well which port it was, and one of them writes to standard output about it.
 */
export async function requireFreePorts(
  places: readonly (Place & { readonly transport: "tcp" | "udp" })[],
): Promise<void> {
  const probes = places.map((place) => ({ place, ...(place.transport === "tcp" ? tcpProbe(place) : udpProbe(place)) }));
  try {
    for (const { place, bound } of probes) await listening(place, bound());
  } finally {
    for (const { close } of probes) close();
  }
}

interface Probe {
  bound(): Promise<unknown>;
  close(): void;
}

function tcpProbe({ listen, port }: Place): Probe {
  const server = createServer();
  return { bound: () => once(server.listen(port, listen), "listening"), close: () => server.close(() => {}) };
}

function udpProbe({ listen, port }: Place): Probe {
  const socket = createSocket("udp4");
  return {
    bound() {
      socket.bind(port, listen);
      return once(socket, "listening");
    },
    close: () => socket.close(),
  };
}
