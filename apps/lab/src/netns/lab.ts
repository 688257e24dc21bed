import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "@skein/core";
import { type AddressedLab, addressed, gatewaysBefore, nodeOf, siteOf } from "./addressing.ts";
import { runWithInput } from "./commands.ts";
import { connectForwarder, type Forwarder, type LinkCounters } from "./forwarder.ts";
import { labDir, readState } from "./lab-state.ts";
import { changed, chosenLink, type Link, type LinkChange, type LinkChoice } from "./links.ts";
import { type CutDirection, cutCommands, HEAL_COMMANDS } from "./partition.ts";
import { planOf } from "./plan.ts";
import { type Program, type RunOptions, runProgram } from "./program.ts";
import { LabError } from "./requirements.ts";
import { removeLab } from "./sweep.ts";

/** A running test network. */
export interface Lab extends AsyncDisposable {
  readonly id: string;
  readonly layout: AddressedLab;
  readonly hosts: readonly Host[];
  /** A host, or a gateway as a place to run things in. Throws RangeError. */
  host(name: string): Host;
  /** The access link of a host or gateway. Throws LabError when its topology gave it none. */
  link(name: string): LinkControl;
  /**
   * Cuts between the sites of two nodes (their homes where they are behind gateways): packets one sends do not reach the
   * other, and the other way round unless only `a-to-b`. Throws LabError for two of one site.
   */
  partition(a: string, b: string, direction?: CutDirection): Promise<void>;
  /** Ends the cuts between two nodes, or all. Links that are down stay down. */
  heal(a?: string, b?: string): Promise<void>;
  /** What every link has done since the lab was built, by the name of the one whose access link it is. */
  counters(): Promise<ReadonlyMap<string, LinkCounters>>;
  /** Lets go of a standing lab, which stays. */
  disconnect(): void;
  /** Ends every program in it and removes it. May be called twice. */
  down(): Promise<void>;
}

/** A computer of the lab. */
export interface Host {
  readonly name: string;
  readonly namespace: string;
  /** Its own IPv4 address; private behind a gateway. */
  readonly address: string;
  readonly ipv6: string | undefined;
  /** The IPv4 address it has for the world: its outermost gateway's, or its own. */
  readonly publicAddress: string;
  /** The gateways before it, nearest first. */
  readonly behind: readonly string[];
  /** Runs a program in it. Public hosts are known there by name; there is no way out of the lab. */
  run(command: string, args?: readonly string[], options?: RunOptions): Program;
  /** Runs a program to its end; resolves with its output. Throws LabError when it fails or takes 30 s. */
  output(command: string, args?: readonly string[], input?: string): Promise<string>;
  /** What `run` started, in order, ended or not. */
  readonly programs: readonly Program[];
  /** The path of a file that runs `program` in this host with whatever arguments it is given: for drivers that start a browser by its path. */
  launcher(program: string): string;
}

/** An access link at run time. */
export interface LinkControl {
  /** As set last. */
  readonly present: Link;
  /** A rung of the ladder replaces everything; settings change only what they name. Throws RangeError, LabError. */
  set(choice: LinkChoice): Promise<void>;
  /** Lets nothing through, also what is on its way. */
  cut(direction?: "both" | "up" | "down"): Promise<void>;
  mend(): Promise<void>;
  counters(): Promise<LinkCounters>;
}

/** Connects to a lab that was built. Throws LabError when there is none of this id. */
export async function attachLab(labId: string, clock: Clock): Promise<Lab> {
  const state = readState(labId);
  if (state === undefined) throw new LabError(`there is no lab ${labId}`);
  const layout = addressed(state.topology, labId);
  return labOf(layout, await connectForwarder(labDir(labId)), clock);
}

function labOf(layout: AddressedLab, forwarder: Forwarder, clock: Clock): Lab {
  const { labId } = layout;
  const present = new Map(planOf(layout).wires.map(({ name, link }) => [name, link]));
  const hosts = new Map(layout.nodes.map(({ name }) => [name, createHost(layout, name)]));
  let gone: Promise<void> | undefined;

  const inInternet = async (commands: string): Promise<void> => {
    await runWithInput(["nsenter", `--net=/run/netns/${layout.internet}`, "nft", "-f", "-"], commands);
  };

  const lab: Lab = {
    id: labId,
    layout,
    hosts: layout.nodes.flatMap(({ kind, name }) => (kind === "host" ? (hosts.get(name) ?? []) : [])),
    host(name) {
      nodeOf(layout, name);
      return hosts.get(name) as Host;
    },
    link(name) {
      nodeOf(layout, name);
      const linkNow = (): Link => {
        const link = present.get(name);
        if (link === undefined) throw new LabError(`the topology gives ${name} no link that could be changed`);
        return link;
      };
      linkNow();
      const put = async (link: Link): Promise<void> => {
        await forwarder.set(name, link);
        present.set(name, link);
      };
      const change = (by: LinkChange): Promise<void> => put(changed(linkNow(), by));
      return {
        get present() {
          return linkNow();
        },
        set: async (choice) => put(chosenLink(choice, linkNow())),
        cut: (direction = "both") => change({ [direction]: { state: "down" } }),
        mend: () => change({ both: { state: "up" } }),
        async counters() {
          const counters = (await forwarder.counters()).get(name);
          if (counters === undefined) throw new LabError(`tapwire knows no link of ${name}`);
          return counters;
        },
      };
    },
    async partition(a, b, direction = "both") {
      await inInternet(cutCommands("add", siteOf(layout, a).name, siteOf(layout, b).name, direction));
    },
    async heal(a, b) {
      if (a === undefined || b === undefined) await inInternet(HEAL_COMMANDS);
      else await inInternet(cutCommands("delete", siteOf(layout, a).name, siteOf(layout, b).name, "both"));
    },
    counters: () => forwarder.counters(),
    disconnect: () => forwarder.disconnect(),
    down() {
      forwarder.disconnect();
      gone ??= removeLab(labId, clock);
      return gone;
    },
    [Symbol.asyncDispose]: () => lab.down(),
  };
  return lab;
}

function createHost(layout: AddressedLab, name: string): Host {
  const node = nodeOf(layout, name);
  const programs: Program[] = [];
  return {
    name,
    namespace: node.namespace,
    address: node.address,
    ipv6: node.ipv6?.address,
    publicAddress: siteOf(layout, name).address,
    behind: gatewaysBefore(layout, name).map((gateway) => gateway.name),
    programs,
    run(command, args = [], options = {}) {
      const program = runProgram(node.namespace, [command, ...args], options);
      programs.push(program);
      return program;
    },
    output: (command, args = [], input = "") =>
      runWithInput(["ip", "netns", "exec", node.namespace, command, ...args], input),
    launcher(program) {
      const base = program.split("/").at(-1) ?? "program";
      const file = join(labDir(layout.labId), `${name}-${base}`);
      writeFileSync(
        file,
        `#!/bin/sh\nexec ip netns exec ${node.namespace} '${program.replaceAll("'", `'\\''`)}' "$@"\n`,
      );
      chmodSync(file, 0o755);
      return file;
    },
  };
}
