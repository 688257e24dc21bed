import { join } from "node:path";
import type { Ports } from "./ports.ts";

/** One program of a local network, as data. */
export interface Service {
  /** Short, unique, fit for a file name: `supernode-1`. */
  readonly name: string;
  /** For people: `supernode 1`. */
  readonly label: string;
  /** What Node runs: a script and its arguments. */
  readonly args: readonly string[];
  /** Answers 200 once the service does its work. */
  readonly healthUrl: string;
  /** A service starts when all of every lower stage are healthy. */
  readonly stage: number;
  /** The network does without an `extra`: nobody waits for it, and the rest runs on when it does not come up. Left out: `vital`. */
  readonly need?: "vital" | "extra";
}

/** What a local network has beside what it needs. */
export interface LocalExtras {
  readonly echo: "on" | "off";
}

const HOST = "127.0.0.1";

/**
 * The services of a local network: three supernodes that know each other, the central server and the host of the page; and,
 * if asked for, a contact that says back what it hears, on both networks.
 */
export function localServices(
  ports: Ports,
  dataDir: string,
  extras: LocalExtras = { echo: "off" },
): readonly Service[] {
  const httpOf = ports.supernodes.map(({ http }) => `http://${HOST}:${http}`);
  const supernodes = ports.supernodes.map(({ ws, webrtc, turn, http }, index): Service => {
    const name = `supernode-${index + 1}`;
    const others = httpOf.filter((_, other) => other !== index);
    return {
      name,
      label: `supernode ${index + 1}`,
      stage: 1,
      healthUrl: `http://${HOST}:${http}/healthz`,
      args: [
        ...["apps/supernode/build/main.js", "supernode", "--data", join(dataDir, name), "--name", `sn${index + 1}`],
        ...["--listen", HOST, "--ws-port", `${ws}`, "--webrtc-port", `${webrtc}`, "--turn-port", `${turn}`],
        ...["--http-port", `${http}`, "--role", "always", "--bootstrap", others.join(","), "--allow-private"],
      ],
    };
  });
  const central: Service = {
    name: "central",
    label: "central server",
    stage: 1,
    healthUrl: `http://${HOST}:${ports.central}/healthz`,
    args: [
      ...["apps/central/src/main.ts", "--data", join(dataDir, "central"), "--listen", HOST],
      ...["--port", `${ports.central}`, "--turn-port", `${ports.centralTurn}`, "--allow-private"],
    ],
  };
  const page: Service = {
    name: "page",
    label: "page",
    stage: 2,
    healthUrl: `http://${HOST}:${ports.page}/healthz`,
    args: [
      ...["apps/supernode/build/main.js", "page", "--data", join(dataDir, "page"), "--listen", HOST],
      ...[
        "--port",
        `${ports.page}`,
        "--supernodes",
        httpOf.join(","),
        "--central",
        `ws://localhost:${ports.central}/skein/central/1`,
      ],
    ],
  };
  return [...supernodes, central, page, ...(extras.echo === "on" ? [echoService(ports, dataDir)] : [])];
}

function echoService({ page, echo }: Ports, dataDir: string): Service {
  return {
    name: "echo",
    label: "echo contact",
    stage: 3,
    need: "extra",
    healthUrl: `http://${HOST}:${echo}/healthz`,
    args: [
      ...["apps/supernode/build/main.js", "peer", "--echo", "--name", "Echo", "--mode", "both"],
      ...["--data", join(dataDir, "echo"), "--page", `http://localhost:${page}/`, "--http-port", `${echo}`],
    ],
  };
}
