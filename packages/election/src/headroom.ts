import type { Tuning } from "./defaults.ts";
import type { OperatorSettings } from "./settings.ts";

/** What the machine under a node has left, measured by its driver. "Free" means beside what serving takes now. */
export interface Headroom {
  readonly cpuFreePct: number;
  readonly memoryFreeMiB: number;
  /** Room in the uplink, kB/s, already within the operator's budget. */
  readonly uplinkFreeKBps: number;
  /** File descriptors below the process's limit. */
  readonly descriptorsFree: number;
  readonly power: "mains" | "battery";
  readonly connection: "unmetered" | "metered";
  /** Traffic spent on others this calendar month, GB. */
  readonly monthGB: number;
  /** Slots in use: leaves connected to us as their supernode. */
  readonly leaves: number;
  /** Leaves we turned away in the last minute. */
  readonly turnedAway: number;
}

/**
 * What one more leaf costs: 0.9 MiB over webrtc-direct (0.3 over WebSocket), 0.02 % of a core with pings every minute
 * (measured: 200 idle leaves, 0.9 %), 0.1 kB/s of pings and presence, two descriptors.
 */
const LEAF_MIB = 0.9;
const LEAF_CPU_PCT = 0.02;
const LEAF_KBPS = 0.1;
const LEAF_DESCRIPTORS = 2;

/**
 * Slots this node can offer in all: its leaves plus what the scarcest resource still carries, within the operator's
 * budget and `mostSlots` (which binds only those that elect themselves). Room in whole tens, so that it does not tremble.
 */
export function slotsOf(headroom: Headroom, settings: OperatorSettings, tuning: Tuning): number {
  const room = Math.min(
    headroom.memoryFreeMiB / LEAF_MIB,
    headroom.cpuFreePct / LEAF_CPU_PCT,
    headroom.uplinkFreeKBps / LEAF_KBPS,
    headroom.descriptorsFree / LEAF_DESCRIPTORS,
  );
  const most = settings.leaves ?? (settings.role === "always" ? Number.POSITIVE_INFINITY : tuning.mostSlots);
  return Math.max(0, Math.min(Math.floor((headroom.leaves + room) / 10) * 10, most));
}
