import process from "node:process";
import { fileURLToPath } from "node:url";
import { createLive, type Live } from "@skein/core";
import type { Host } from "../netns/lab.ts";

/** A node and where its health is asked for. */
export interface Asked {
  readonly name: string;
  /** No path. */
  readonly http: string;
}

/** What a node said of itself; `silent` when it did not answer. */
export interface NodeReport {
  readonly name: string;
  /** Its device id, once it was heard. */
  readonly id: string | undefined;
  readonly service: string;
  readonly leaves: number;
  readonly slots: number;
}

/** Everybody at one moment. */
export interface RollCall {
  readonly at: number;
  readonly reports: readonly NodeReport[];
}

/** How often everybody is asked, ms. */
export const WATCH_EVERY_MS = 1_000;

const PROGRAM = fileURLToPath(new URL("../election-watch.ts", import.meta.url));
const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** Asks these nodes once a second from a host of the lab, until the lab ends. */
export function watchNodes(from: Host, nodes: readonly Asked[]): Live<RollCall> {
  const live = createLive<RollCall>({ at: 0, reports: [] });
  const program = from.run(process.execPath, [PROGRAM, JSON.stringify(nodes)], {
    directory: root,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  program.process.on("message", (call) => live.set(call as RollCall));
  return live;
}

/** Those that are open to leaves, or about to be. */
export function serving({ reports }: RollCall): readonly NodeReport[] {
  return reports.filter(({ service }) => service === "open" || service === "settling");
}
