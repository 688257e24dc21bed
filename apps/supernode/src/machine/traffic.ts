import type { Clock } from "@skein/core";
import * as v from "valibot";
import type { KeptJson } from "../kept-json.ts";
import { createRecent } from "./recent.ts";

/** Traffic spent on others: how fast now, and how much in this calendar month (UTC). */
export interface Traffic {
  /** Counts; every few seconds. */
  sample(): void;
  /** Over the last minute, both directions together. */
  kBps(): number;
  monthGB(): number;
  /** Keeps the month's sum. Never throws. */
  save(): void;
}

/** The month's sum as it is kept. */
export const trafficForm = v.object({
  month: v.pipe(v.string(), v.regex(/^\d{4}-\d{2}$/)),
  bytes: v.pipe(v.number(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
});

/** Counts traffic. `spent` gives a sum that rises, in bytes, and may begin anew; nothing counts while it is `undefined`. */
export function countTraffic({
  clock,
  kept,
  spent,
}: {
  readonly clock: Clock;
  readonly kept: KeptJson<v.InferOutput<typeof trafficForm>>;
  readonly spent: () => number | undefined;
}): Traffic {
  let { month, bytes } = kept.read() ?? { month: monthOf(clock.now()), bytes: 0 };
  let seen: number | undefined;
  let total = 0;
  const minute = createRecent<number>(60_000);
  const turnOver = (): void => {
    const now = monthOf(clock.now());
    if (now === month) return;
    month = now;
    bytes = 0;
  };
  return {
    sample() {
      turnOver();
      const sum = spent();
      const more = sum === undefined || seen === undefined ? 0 : Math.max(0, sum - seen);
      seen = sum;
      bytes += more;
      total += more;
      minute.add(total, clock.now());
    },
    kBps() {
      const span = minute.span();
      return span === undefined ? 0 : (span.to - span.from) / span.ms;
    },
    monthGB() {
      turnOver();
      return bytes / 1e9;
    },
    save() {
      try {
        kept.write({ month, bytes });
      } catch {
        // A full disk costs the sum of this month, not the service.
      }
    },
  };
}

function monthOf(now: number): string {
  return new Date(now).toISOString().slice(0, 7);
}
