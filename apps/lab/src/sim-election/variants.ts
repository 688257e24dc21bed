import { productionTuning, type Tuning } from "@skein/election";

/** One column of choices swept: the defaults with some numbers changed. */
export interface Variant {
  readonly name: string;
  readonly change: Partial<Tuning>;
}

const HOUR = 3_600_000;
const MINUTE = 60_000;
const SECOND = 1_000;

function marks(highLoadPct: number, targetLoadPct: number, lowLoadPct: number): Variant {
  return {
    name: `marks ${highLoadPct}/${targetLoadPct}/${lowLoadPct} %`,
    change: { highLoadPct, targetLoadPct, lowLoadPct },
  };
}

function growth(growthPct: number, minutes: number): Variant {
  return { name: `growth ${growthPct} % in ${minutes} min`, change: { growthPct, growthWindowMs: minutes * MINUTE } };
}

/** What `--sweep` runs: each choice is moved alone, the others stay as they ship. */
export const variants: readonly Variant[] = [
  { name: "as shipped", change: {} },
  marks(45, 35, 20),
  marks(55, 42, 25),
  marks(75, 60, 35),
  marks(85, 70, 40),
  growth(25, 5),
  growth(25, 2),
  growth(100, 2),
  ...[0, 1, 12].map((hours) => ({ name: `uptime ${hours} h`, change: { remainingMs: hours * HOUR } })),
  ...[20, 180].map((seconds) => ({
    name: `epoch ${seconds} s`,
    change: { epochMs: seconds * SECOND, lookEveryMs: seconds * SECOND },
  })),
  ...[200, 800].map((mostSlots) => ({ name: `${mostSlots} slots`, change: { mostSlots } })),
];

/** The tuning of a variant. */
export function tuningOf({ change }: Variant): Tuning {
  return { ...productionTuning, ...change };
}
