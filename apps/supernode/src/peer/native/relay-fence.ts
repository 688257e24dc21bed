import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { NativeRelay } from "./ice-servers.ts";

/** Doors to relays and to nothing else. */
export interface RelayFence {
  /** The one address a fenced connection may use. */
  readonly bindAddress: string;
  /** The relays as they are reached from inside. */
  readonly relays: readonly NativeRelay[];
  close(): void;
}

/**
 * Where a fenced connection lives. From here nothing outside can be reached; nor can a relay on this very machine, whose
 * permissions go by address, take it for somebody it knows. (macOS has no other loopback address than the usual one.)
 */
const INSIDE = process.platform === "darwin" ? "127.0.0.1" : "127.77.0.1";

/** How long the name of a relay may take to be found, in ms. */
const LOOKUP_TIMEOUT_MS = 5_000;

/**
 * Opens one door a relay: datagrams from inside go to it, its datagrams go inside. libjuice has no candidate policy of its
 * own and sends checks from every address to every address it hears of; bound to the inside, it has only its relays.
 * A relay whose name is not found is left out. Never rejects.
 */
export async function openRelayFence(relays: readonly NativeRelay[]): Promise<RelayFence> {
  const opened = await Promise.all(relays.map((relay) => openDoor(relay).catch(() => undefined)));
  const doors = opened.filter((door) => door !== undefined);
  return {
    bindAddress: INSIDE,
    relays: doors.map(({ relay }) => relay),
    close() {
      for (const { close } of doors) close();
    },
  };
}

interface Door {
  readonly relay: NativeRelay;
  close(): void;
}

async function openDoor(relay: NativeRelay): Promise<Door> {
  const inner = createSocket("udp4");
  const outer = createSocket(isIPv6(relay.hostname) ? "udp6" : "udp4");
  const close = (): void => {
    for (const socket of [inner, outer]) closeQuietly(socket);
  };
  // A datagram that cannot be sent or was refused is lost, as datagrams are.
  for (const socket of [inner, outer]) socket.on("error", () => {});
  try {
    const signal = AbortSignal.timeout(LOOKUP_TIMEOUT_MS);
    inner.bind(0, "127.0.0.1");
    outer.connect(relay.port, relay.hostname);
    await Promise.all([once(inner, "listening", { signal }), once(outer, "connect", { signal })]);
  } catch (error) {
    close();
    throw error;
  }
  let guest: number | undefined;
  inner.on("message", (datagram, from) => {
    if (from.address !== INSIDE) return;
    guest = from.port;
    outer.send(datagram);
  });
  outer.on("message", (datagram) => {
    if (guest !== undefined) inner.send(datagram, guest, INSIDE);
  });
  return { relay: { ...relay, hostname: "127.0.0.1", port: inner.address().port }, close };
}

function closeQuietly(socket: Socket): void {
  try {
    socket.close();
  } catch {
    // It never opened.
  }
}
