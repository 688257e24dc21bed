/**
 * What the person who runs a node decided. `auto` elects itself when fit and needed; `always` serves whether or not it
 * is needed; `never` does not. Budgets bind in every role; left out, only the tuning bounds them.
 */
export interface OperatorSettings {
  readonly role: "always" | "auto" | "never";
  /** Bandwidth it may spend on others, both directions together, kB/s. */
  readonly uplinkKBps?: number;
  /** Traffic it may spend on others in a calendar month, GB. */
  readonly monthlyGB?: number;
  /** Hours of the day it may serve, from and to as minutes after midnight UTC; `to` before `from` spans midnight. */
  readonly hours?: { readonly fromMinute: number; readonly toMinute: number };
  /** Most leaves. */
  readonly leaves?: number;
}

const DAY_MINUTES = 24 * 60;

/** Whether a node may serve at `now`, and when that next changes; without hours it always may. */
export function servingHours(
  settings: OperatorSettings,
  now: number,
): { readonly open: "yes" | "no"; readonly changesAt: number } {
  const { hours } = settings;
  if (hours === undefined || hours.fromMinute === hours.toMinute)
    return { open: "yes", changesAt: Number.POSITIVE_INFINITY };
  const minute = (now / 60_000) % DAY_MINUTES;
  const untilFrom = (hours.fromMinute - minute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  const untilTo = (hours.toMinute - minute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  // Whichever border comes first tells on which side we are.
  const open = untilTo < untilFrom ? "yes" : "no";
  return { open, changesAt: now + Math.min(untilFrom, untilTo) * 60_000 };
}
