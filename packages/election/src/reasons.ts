/** What a decision weighed. */
export type ReasonName =
  | "role"
  | "build"
  | "kill-switch"
  | "hours"
  | "monthly-traffic"
  | "power"
  | "connection"
  | "ws-port"
  | "udp-port"
  | "reachable-for"
  | "expected-uptime"
  | "cpu-free"
  | "memory-free"
  | "uplink-free"
  | "descriptors-free"
  | "slots"
  | "rest"
  | "missing"
  | "starts"
  | "unproven"
  | "ticket"
  | "unreachable-for"
  | "surplus"
  | "own-load";

/** What a value is measured in; `word` for texts. */
export type Unit = "word" | "ms" | "pct" | "MiB" | "kB/s" | "GB" | "count" | "fraction";

/** One thing a decision weighed: what it saw, what it takes, and whether that holds. `waived`: it does not, and need not. */
export interface Reason {
  readonly about: ReasonName;
  readonly value: number | string;
  readonly rule: "is" | "is-not" | "at-least" | "at-most" | "below";
  readonly threshold: number | string;
  readonly unit: Unit;
  readonly verdict: "pass" | "fail" | "waived";
}

/** Compares numbers. */
export function compare(
  about: ReasonName,
  value: number,
  rule: "at-least" | "at-most" | "below",
  threshold: number,
  unit: Unit,
): Reason {
  const holds = rule === "at-least" ? value >= threshold : rule === "below" ? value < threshold : value <= threshold;
  return { about, value, rule, threshold, unit, verdict: holds ? "pass" : "fail" };
}

/** Compares words. */
export function match(about: ReasonName, value: string, rule: "is" | "is-not", threshold: string): Reason {
  const holds = (value === threshold) === (rule === "is");
  return { about, value, rule, threshold, unit: "word", verdict: holds ? "pass" : "fail" };
}

/** The same reason, which no longer stands in the way. */
export function waive(reason: Reason): Reason {
  return reason.verdict === "fail" ? { ...reason, verdict: "waived" } : reason;
}

/** A reason in a few words, e.g. `expected uptime 2.0 h, at least 4.0 h: fail`. */
export function sayReason({ about, value, rule, threshold, unit, verdict }: Reason): string {
  const rules = {
    is: "must be",
    "is-not": "must not be",
    "at-least": "at least",
    "at-most": "at most",
    below: "below",
  };
  return `${about.replaceAll("-", " ")} ${sayValue(value, unit)}, ${rules[rule]} ${sayValue(threshold, unit)}: ${verdict}`;
}

/** A value with its unit, as people read it. */
export function sayValue(value: number | string, unit: Unit): string {
  if (typeof value === "string") return value;
  if (!Number.isFinite(value)) return "no limit";
  if (unit === "ms") return sayDuration(value);
  if (unit === "fraction") return value.toFixed(3);
  if (unit === "pct") return `${Math.round(value)} %`;
  const rounded = Number.isInteger(value) ? String(value) : value.toFixed(1);
  return unit === "count" ? rounded : `${rounded} ${unit}`;
}

function sayDuration(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`;
  return ms < 2 * 3_600_000 ? `${Math.round(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}
