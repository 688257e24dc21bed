/** How busy a supernode is at this moment. */
export interface Load {
  readonly slots: number;
  readonly leaves: number;
  /** Of one core, percent; over 100 never. */
  readonly cpuPct: number;
  /** How late timers fire, ms: the best sign of a process that cannot keep up. */
  readonly lagMs: number;
  /** Newcomers taken in the last second. */
  readonly takenLastSecond: number;
  /** Newcomers turned away in the last minute: roughly those who will knock again. */
  readonly turnedAwayLastMinute: number;
}

/** Who knocks. `returning`: held a slot here within the last minutes, so its work here is mostly done. */
export type Knock = "newcomer" | "returning";

/** The door's answer. */
export type Admission =
  | { readonly kind: "accept" }
  /** Come again after so long, and try others until then. */
  | { readonly kind: "retry"; readonly afterMs: number; readonly because: "full" | "filling" | "busy" | "rush" };

/** The door's limits. */
export interface DoorLimits {
  /** From this share of slots on newcomers are turned away at random, ever more of them, percent. */
  readonly fillingPct: number;
  readonly busyCpuPct: number;
  readonly busyLagMs: number;
  /** Newcomers a second: joining costs about a hundred times what staying costs. */
  readonly perSecond: number;
  readonly shortestRetryMs: number;
  readonly longestRetryMs: number;
}

/** Ours to tune. */
export const doorLimits: DoorLimits = {
  fillingPct: 85,
  busyCpuPct: 85,
  busyLagMs: 200,
  perSecond: 20,
  shortestRetryMs: 4_000,
  longestRetryMs: 5 * 60_000,
};

/**
 * Lets a leaf in or asks it to come later. Pure; `chance` and `jitter` in [0, 1) are drawn by the caller. Turning away
 * is all an overloaded supernode does: leaves it has, it keeps, and it does not resign (docs/spec/election.md#EL31).
 * The wait spreads those who wait over the time it takes to let them in one after the other, half of it by jitter.
 */
export function admit(load: Load, who: Knock, limits: DoorLimits, draw: { chance: number; jitter: number }): Admission {
  const because = refusal(load, who, limits, draw.chance);
  if (because === undefined) return { kind: "accept" };
  const queueMs = (1_000 * load.turnedAwayLastMinute) / limits.perSecond;
  const base = Math.max(limits.shortestRetryMs, because === "full" ? 2 * queueMs : queueMs);
  const afterMs = Math.round(Math.min(limits.longestRetryMs, base) * (0.5 + draw.jitter / 2));
  return { kind: "retry", afterMs, because };
}

function refusal(
  load: Load,
  who: Knock,
  limits: DoorLimits,
  chance: number,
): (Admission & { kind: "retry" })["because"] | undefined {
  if (load.leaves >= load.slots) return "full";
  if (load.takenLastSecond >= limits.perSecond) return "rush";
  if (who === "returning") return undefined;
  if (load.cpuPct >= limits.busyCpuPct || load.lagMs >= limits.busyLagMs) return "busy";
  const filling = load.slots * (limits.fillingPct / 100);
  const odds = (load.leaves - filling) / Math.max(1, load.slots - filling);
  return chance < odds ? "filling" : undefined;
}
