import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { systemClock, systemRandom } from "@skein/core";
import { onTestFinished } from "vitest";
import { buildLab } from "../src/netns/build-lab.ts";
import type { Lab } from "../src/netns/lab.ts";
import { nativeProgram } from "../src/netns/native.ts";
import { type Prober, startProber } from "../src/netns/prober.ts";
import type { Topology } from "../src/netns/topology.ts";

export const dependencies = { clock: systemClock, random: systemRandom, signal: new AbortController().signal };

/** A lab that is removed after the test. */
export async function openLab(topology: Topology, seed = 1): Promise<Lab> {
  const lab = await buildLab({ topology, topologyName: "test", life: "runner", seed }, dependencies);
  onTestFinished(() => lab.down());
  return lab;
}

/** A probe that ends after the test. */
export async function openProber(): Promise<Prober> {
  const prober = startProber(await nativeProgram("nsprobe"), dependencies);
  onTestFinished(() => prober.close());
  return prober;
}

/** Everything on this machine that belongs to a lab: namespaces, files, processes by their words or their namespace. */
export function remainsOf(labId: string): readonly string[] {
  const listed = ["/run/netns", "/etc/netns", "/run/skein-lab"].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).map((name) => `${folder}/${name}`) : [],
  );
  const processes = readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      return [`process ${entry}: ${readFileSync(`/proc/${entry}/cmdline`, "utf8").replaceAll("\0", " ")}`];
    } catch {
      return [];
    }
  });
  return [...listed, ...processes].filter((what) => what.includes(labId));
}

/** The network devices of the namespace we are in, and nothing of any lab. */
export function ownDevices(): readonly string[] {
  return readdirSync("/sys/class/net").toSorted();
}

/** The number of the network namespace of a process. */
export function networkOf(pid: number | "self"): string {
  return readlinkSync(`/proc/${pid}/ns/net`);
}
