import type { Headroom, OperatorSettings } from "@skein/election";
import type { Chance } from "./chance.ts";

/** Who takes part. Shares 0 to 1. Sources stand at {@link measuredPopulation}. */
export interface PopulationOptions {
  /** Sessions and absences: Weibull; scale in ms. */
  readonly session: { readonly scaleMs: number; readonly shape: number };
  readonly absence: { readonly scaleMs: number; readonly shape: number };
  /** How much session scales differ from node to node: deviation of their logarithm. 0: all alike, and no history tells anything. */
  readonly spread: number;
  readonly reachableShare: number;
  /** On battery or a metered line. */
  readonly mobileShare: number;
  readonly unprovenShare: number;
  /** Pinned supernodes, always on, and the slots of each. */
  readonly pinned: number;
  readonly pinnedSlots: number;
}

const MINUTE = 60_000;

/**
 * Sessions and absences as measured in KAD (Steiner et al., RR-07-205: later sessions 169.5 min, 0.615; absences
 * 413.7 min, 0.476). That sessions of one node resemble each other is Stutzbach and Rejaie (IMC 2006); how much is our
 * assumption, as are the other shares: 10 % with public address or forwarded port, a third mobile, a tenth early on a
 * new build.
 */
export const measuredPopulation: PopulationOptions = {
  session: { scaleMs: 169.5385 * MINUTE, shape: 0.61511 },
  absence: { scaleMs: 413.6765 * MINUTE, shape: 0.47648 },
  spread: 1,
  reachableShare: 0.1,
  mobileShare: 0.35,
  unprovenShare: 0.1,
  pinned: 3,
  pinnedSlots: 1_000,
};

/** What one member is like, for good. */
export interface Profile {
  readonly name: string;
  readonly settings: OperatorSettings;
  readonly ports: "open" | "closed";
  readonly build: "proven" | "unproven";
  readonly headroom: Headroom;
  /** Scale of its own sessions, ms; `Infinity`: always on. */
  readonly sessionScaleMs: number;
}

/** Share of its time that a member with this session scale is online: mean session over mean cycle. */
export function availability(sessionScaleMs: number, options: PopulationOptions): number {
  if (sessionScaleMs === Number.POSITIVE_INFINITY) return 1;
  const on = sessionScaleMs * gammaFunction(1 + 1 / options.session.shape);
  return on / (on + options.absence.scaleMs * gammaFunction(1 + 1 / options.absence.shape));
}

/** Draws members until `online` of them are online on average. */
export function drawPopulation(online: number, options: PopulationOptions, chance: Chance): readonly Profile[] {
  const profiles: Profile[] = Array.from({ length: options.pinned }, (_, index) => ({
    name: `pinned-${index}`,
    settings: { role: "always", leaves: options.pinnedSlots },
    ports: "open",
    build: "proven",
    headroom: headroomOf(8, "fixed"),
    sessionScaleMs: Number.POSITIVE_INFINITY,
  }));
  let expected = profiles.length;
  while (expected < online) {
    const profile = drawProfile(profiles.length, options, chance);
    profiles.push(profile);
    expected += availability(profile.sessionScaleMs, options);
  }
  return profiles;
}

function drawProfile(index: number, options: PopulationOptions, chance: Chance): Profile {
  return {
    name: `node-${index}`,
    settings: { role: "auto" },
    ports: chance.fraction() < options.reachableShare ? "open" : "closed",
    build: chance.fraction() < options.unprovenShare ? "unproven" : "proven",
    headroom: headroomOf(Math.exp(0.7 * chance.normal()), chance.fraction() < options.mobileShare ? "mobile" : "fixed"),
    sessionScaleMs: options.session.scaleMs * Math.exp(options.spread * chance.normal()),
  };
}

/** A machine `size` times an ordinary one: 2 GiB and 400 kB/s of uplink to spare. */
function headroomOf(size: number, kind: "fixed" | "mobile"): Headroom {
  return {
    cpuFreePct: Math.min(95, 80 * size ** 0.25),
    memoryFreeMiB: Math.round(2_048 * size),
    uplinkFreeKBps: Math.round(400 * size),
    descriptorsFree: 60_000,
    power: kind === "mobile" ? "battery" : "mains",
    connection: kind === "mobile" ? "metered" : "unmetered",
    monthGB: 0,
    leaves: 0,
    turnedAway: 0,
  };
}

/** A session in a network that has run for ever, met at a random moment: how old it is and how long it still lasts, ms. */
export function meetSession(
  scaleMs: number,
  shape: number,
  chance: Chance,
): { readonly ageMs: number; readonly leftMs: number } {
  if (scaleMs === Number.POSITIVE_INFINITY) return { ageMs: 30 * 24 * 60 * MINUTE, leftMs: scaleMs };
  // Long sessions are met more often: the length met has density t·f(t), and for a Weibull its k-th power is a gamma.
  const length = scaleMs * chance.gamma(1 + 1 / shape) ** (1 / shape);
  const ageMs = length * chance.fraction();
  return { ageMs, leftMs: length - ageMs };
}

/** Γ(x) for x ≥ 1 (Lanczos, g = 7, n = 9); about 15 digits. */
function gammaFunction(x: number): number {
  const series = [
    676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const z = x - 1;
  const sum = series.reduce((total, term, index) => total + term / (z + index + 1), 0.9999999999998099);
  const t = z + 7.5;
  return Math.sqrt(2 * Math.PI) * t ** (z + 0.5) * Math.exp(-t) * sum;
}
