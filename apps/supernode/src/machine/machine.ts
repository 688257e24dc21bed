import process from "node:process";
import type { Clock } from "@skein/core";
import type { Headroom } from "@skein/election";
import { descriptorsFree } from "./descriptors.ts";
import { watchEventLoop } from "./event-loop.ts";
import { powerSource } from "./power.ts";
import { createProcessor } from "./processor.ts";

/** What the machine has left for serving. */
export type Resources = Pick<Headroom, "cpuFreePct" | "memoryFreeMiB" | "descriptorsFree" | "power">;

/** The machine under this process, measured. */
export interface Machine {
  resources(): Resources;
  /** For the door: our own thread in percent of a core, and how late timers fire in ms. */
  busy(): { readonly cpuPct: number; readonly lagMs: number };
  stop(): void;
}

/** How often it is measured, ms. */
const SAMPLE_EVERY_MS = 2_000;

/**
 * What `--resources assumed` says: a small server. For many nodes on one machine, as in a lab, where each would count what
 * the others use as used up; and for nodes pinned by an operator who knows the machine and sets `--max-reservations`.
 */
const SMALL_SERVER: Resources = {
  cpuFreePct: 60,
  memoryFreeMiB: 2_048,
  descriptorsFree: 16_384,
  power: "mains",
};

/** Starts measuring; `also` is done with each sample. */
export function watchMachine(
  { resources }: { readonly resources: "measured" | "assumed" },
  { clock, also }: { readonly clock: Clock; readonly also: () => void },
): Machine {
  const processor = createProcessor();
  const loop = watchEventLoop();
  let cancel = (): void => {};
  const sample = (): void => {
    cancel = clock.at(clock.now() + SAMPLE_EVERY_MS, sample);
    processor.sample(clock.now());
    loop.sample();
    also();
  };
  sample();
  return {
    resources() {
      if (resources === "assumed") return SMALL_SERVER;
      return {
        cpuFreePct: processor.freePct(),
        // Within a container's limit, where there is one.
        memoryFreeMiB: process.availableMemory() / 2 ** 20,
        descriptorsFree: descriptorsFree(),
        power: powerSource(),
      };
    },
    busy: () => ({ cpuPct: processor.ownPct(), lagMs: loop.lagMs() }),
    stop() {
      cancel();
      loop.stop();
    },
  };
}
