import { labTuning, type OperatorSettings, productionTuning, type Tuning } from "@skein/election";
import { labPace, type Pace, productionPace } from "@skein/network-p2p/supernode";
import { BUILD } from "../build.ts";
import type { ServingValues } from "./serving-settings.ts";

/** Most leaves of a node that is pinned and says nothing else. */
const PINNED_LEAVES = 2_000;

/** Uplink assumed where the operator names none, kB/s: 10 Mbit/s, which most lines that stay up have. */
const ASSUMED_UPLINK_KBPS = 1_250;

/** A node's settings as its election needs them. */
export interface ElectionOptions {
  readonly build: string;
  readonly tuning: Tuning;
  readonly pace: Pace;
  readonly settings: OperatorSettings;
  readonly measureEveryMs: number;
  /** kB/s, both directions together. */
  readonly uplinkKBps: number;
  readonly connection: "metered" | "unmetered";
  readonly resources: "measured" | "assumed";
  readonly reachability: "dial-back" | "declared";
  readonly autonat: "on" | "off";
  readonly announced: "configured" | "observed";
}

/** Reads them. A node that is pinned is what its operator says it is; one that elects itself measures. */
export function electionOptions(values: ServingValues): ElectionOptions {
  const pinned = values.role === "always";
  const otherwise = pinned
    ? ({ resources: "assumed", reachability: "declared" } as const)
    : ({ resources: "measured", reachability: "dial-back" } as const);
  return {
    build: values.build ?? BUILD,
    ...PACES[values.tuning],
    settings: operatorSettings(values),
    uplinkKBps: values["uplink-kbps"] ?? ASSUMED_UPLINK_KBPS,
    connection: values.metered ? "metered" : "unmetered",
    resources: values.resources ?? otherwise.resources,
    reachability: values.reachability ?? otherwise.reachability,
    autonat: values.autonat ? "on" : "off",
    announced: values.announce !== undefined || pinned ? "configured" : "observed",
  };
}

const PACES: Readonly<Record<ServingValues["tuning"], Pick<ElectionOptions, "tuning" | "pace" | "measureEveryMs">>> = {
  production: { tuning: productionTuning, pace: productionPace, measureEveryMs: 30_000 },
  lab: { tuning: labTuning, pace: labPace, measureEveryMs: 2_000 },
};

function operatorSettings(values: ServingValues): OperatorSettings {
  const { hours, role, "monthly-gb": monthlyGB, "uplink-kbps": uplinkKBps } = values;
  const leaves = values["max-reservations"] ?? (role === "always" ? PINNED_LEAVES : undefined);
  return {
    role,
    ...(uplinkKBps === undefined ? {} : { uplinkKBps }),
    ...(monthlyGB === undefined ? {} : { monthlyGB }),
    ...(hours === undefined ? {} : { hours }),
    ...(leaves === undefined ? {} : { leaves }),
  };
}
