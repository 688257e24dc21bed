import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/** The ports one supernode listens on. */
export interface SupernodePorts {
  readonly ws: number;
  readonly webrtc: number;
  readonly turn: number;
  readonly http: number;
}

/** Every port of the local network. */
export interface Ports {
  readonly page: number;
  readonly central: number;
  readonly centralTurn: number;
  readonly supernodes: readonly SupernodePorts[];
  /** Where the echo contact tells of itself. */
  readonly echo: number;
}

/** One port and who wants it, in words. */
export interface PortUse {
  readonly port: number;
  readonly transport: "tcp" | "udp";
  readonly owner: string;
}

const SUPERNODES = [1, 2, 3];
const HIGHEST_PORT = 65_535;
const BLOCK_PORTS = 44;

/**
 * Which part of the local network listens where. With `basePort` everything but the page moves into the 44 ports from
 * there on. Throws a RangeError whose message says what does not fit.
 */
export function planPorts(wishes: { readonly page?: number; readonly basePort?: number }): Ports {
  const base = wishes.basePort;
  const page = checked("--port", wishes.page ?? 8080, 1);
  if (base === undefined) {
    const supernodes = SUPERNODES.map((n) => ({ ws: 9100 + n, webrtc: 9200 + n, turn: 3480 + n, http: 9300 + n }));
    return withoutClash({ page, central: 8090, centralTurn: 3490, supernodes, echo: 9310 });
  }
  checked("--base-port", base, BLOCK_PORTS);
  const supernodes = SUPERNODES.map((n) => ({
    ws: base + 10 + n,
    webrtc: base + 20 + n,
    turn: base + 40 + n,
    http: base + 30 + n,
  }));
  return withoutClash({ page, central: base, centralTurn: base + 1, supernodes, echo: base + 35 });
}

function checked(flag: string, port: number, count: number): number {
  if (Number.isInteger(port) && port > 0 && port + count - 1 <= HIGHEST_PORT) return port;
  throw new RangeError(`${flag} must be a number from 1 to ${HIGHEST_PORT - count + 1}`);
}

function withoutClash(ports: Ports): Ports {
  const clash = portUses(ports).find(
    (use) => use.transport === "tcp" && use.owner !== "page" && use.port === ports.page,
  );
  if (clash) throw new RangeError(`--port ${ports.page} is the port of ${clash.owner}; choose another one`);
  return ports;
}

/** Every port of the network with the one who wants it. */
export function portUses(ports: Ports): readonly PortUse[] {
  return [
    { port: ports.page, transport: "tcp", owner: "page" },
    { port: ports.central, transport: "tcp", owner: "central server" },
    { port: ports.centralTurn, transport: "udp", owner: "central server, TURN" },
    ...ports.supernodes.flatMap((supernode, index): PortUse[] => [
      { port: supernode.ws, transport: "tcp", owner: `supernode ${index + 1}, WebSocket` },
      { port: supernode.webrtc, transport: "udp", owner: `supernode ${index + 1}, WebRTC` },
      { port: supernode.turn, transport: "udp", owner: `supernode ${index + 1}, TURN` },
      { port: supernode.http, transport: "tcp", owner: `supernode ${index + 1}, HTTP` },
    ]),
    { port: ports.echo, transport: "tcp", owner: "echo contact, HTTP" },
  ];
}

/** Those that cannot be listened on at `host` now, each with the system's code (EADDRINUSE, EACCES). */
export async function unusablePorts(
  uses: readonly PortUse[],
  host: string,
): Promise<readonly (PortUse & { readonly code: string })[]> {
  const codes = await Promise.all(uses.map((use) => bindFailure(use, host)));
  return uses.flatMap((use, index) => {
    const code = codes[index];
    return code === undefined ? [] : [{ ...use, code }];
  });
}

/** Binds and lets go at once; the system's code where that fails. */
async function bindFailure({ port, transport }: PortUse, host: string): Promise<string | undefined> {
  try {
    if (transport === "tcp") {
      const server = createServer().listen(port, host);
      await once(server, "listening");
      server.close();
      await once(server, "close");
    } else {
      const socket = createSocket("udp4");
      socket.bind(port, host);
      await once(socket, "listening");
      socket.close();
      await once(socket, "close");
    }
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
