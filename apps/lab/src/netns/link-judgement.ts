import { expectedLoss, type OneWay } from "./links.ts";
import type { Train, TrainArrival } from "./prober.ts";

/** What was measured of one direction of a link. */
export interface WayMeasurement {
  /** Packets far enough apart that jitter cannot push one against the next. */
  readonly spaced: readonly TrainArrival[];
  /** Many packets, for the losses. */
  readonly row: { readonly sent: number; readonly arrived: readonly TrainArrival[] };
  /** The rate at which packets sent at once came out, in Mbit/s; undefined where it was not measured. */
  readonly rateMbps: number | undefined;
}

/** One thing that was measured and what it may be. All bounds are inclusive. */
export interface Finding {
  readonly what: "delay ms" | "jitter ms" | "loss %" | "losses in a row" | "rate Mbit/s";
  readonly least: number;
  readonly seen: number;
  readonly most: number;
}

/** How much a busy machine may add to a median of one-way delays. A packet is never early, but for the clock's grain. */
const DELAY_TOLERANCE = { earlyMs: 0.3, lateMs: 3, latePercent: 1 } as const;
/** Of the spread between the 10th and 90th of 100 packets, which is 1.6 × the jitter when it is even. */
const SPREAD = { expected: 1.6, least: 0.9, most: 2, noiseMs: 3 } as const;
const RATE_TOLERANCE = 0.15;
/** Standard deviations; a right link is outside once in 2000 measurements, and is then measured again. */
const SIGMAS = 3.5;
/** Losses beyond those of chance that are put down to the machine. */
const STRAY_PERCENT = 0.3;
/** Rows of losses are only judged when this many losses were to be expected. */
const LOSSES_FOR_ROWS = 60;
/** The mean of some dozens of rows is skewed: long ones are rare and weigh much. */
const ROW_TOLERANCE = { least: 0.6, most: 2 } as const;

/** Frames around the payload: Ethernet, IPv4, UDP. */
export const FRAME_OVERHEAD_BYTES = 14 + 20 + 8;
/** What our forwarder's own pace lets us measure; faster links are not judged by rate. */
const FASTEST_MEASURED_MBPS = 200;

/** How many packets are needed to tell this direction's loss from none, within bounds for those that lose none and others. */
export function rowLength(way: OneWay, most: { readonly clean: number; readonly lossy: number }): number {
  const loss = expectedLoss(way);
  if (loss === 0) return most.clean;
  return Math.min(most.lossy, Math.ceil((1.2 * SIGMAS ** 2 * (1 - loss) * clumping(way)) / loss));
}

/** A train that shows this direction's rate; undefined where it has none or one too fast for us. */
export function rateTrain({ rateMbps, queueMs }: OneWay): Train | undefined {
  if (rateMbps === 0 || rateMbps > FASTEST_MEASURED_MBPS) return undefined;
  const sizeBytes = 1200;
  const packetsIn = (ms: number): number =>
    Math.floor((rateMbps * 1000 * ms) / (8 * (sizeBytes + FRAME_OVERHEAD_BYTES)));
  const count = Math.min(Math.max(10, packetsIn(20)), packetsIn(queueMs / 2), 250);
  return count < 5 ? undefined : { count, gapUs: 0, sizeBytes };
}

/** The rate between the first and the last packet of a train, in Mbit/s; undefined when fewer than two came. */
export function rateOf(arrivals: readonly TrainArrival[], sizeBytes: number): number | undefined {
  const sorted = arrivals.toSorted((a, b) => a.sequence - b.sequence);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || last.atUs <= first.atUs) return undefined;
  return ((last.sequence - first.sequence) * 8 * (sizeBytes + FRAME_OVERHEAD_BYTES)) / (last.atUs - first.atUs);
}

/** What one direction was found to be, beside what it may be. */
export function findings(way: OneWay, measured: WayMeasurement): readonly Finding[] {
  const sendMs = way.rateMbps === 0 ? 0 : (8 * (60 + FRAME_OVERHEAD_BYTES)) / (way.rateMbps * 1000);
  const delayMs = way.delayMs + sendMs;
  const delays = measured.spaced.map(({ delayUs }) => delayUs / 1000).toSorted((a, b) => a - b);
  // The median of a few even draws is itself off by chance.
  const chance = (SIGMAS * way.jitterMs) / Math.sqrt(Math.max(1, delays.length));
  const loss = expectedLoss(way);
  const { sent, arrived } = measured.row;
  const spreadLoss = SIGMAS * Math.sqrt((loss * (1 - loss) * clumping(way)) / sent);
  const found: Finding[] = [
    {
      what: "delay ms",
      least: delayMs - DELAY_TOLERANCE.earlyMs - chance,
      seen: at(delays, 0.5),
      most: delayMs * (1 + DELAY_TOLERANCE.latePercent / 100) + DELAY_TOLERANCE.lateMs + chance,
    },
    {
      what: "jitter ms",
      least: (SPREAD.least * way.jitterMs) / SPREAD.expected,
      seen: (at(delays, 0.9) - at(delays, 0.1)) / SPREAD.expected,
      most: (SPREAD.most * way.jitterMs + SPREAD.noiseMs) / SPREAD.expected,
    },
    {
      what: "loss %",
      least: Math.max(0, 100 * (loss - spreadLoss)),
      seen: 100 * (1 - new Set(arrived.map(({ sequence }) => sequence)).size / sent),
      most: Math.min(100, 100 * (loss + spreadLoss) + STRAY_PERCENT),
    },
  ];
  if (sent * loss >= LOSSES_FOR_ROWS) {
    const row = expectedRow(way);
    const seen = meanRow(sent, new Set(arrived.map(({ sequence }) => sequence)));
    found.push({ what: "losses in a row", least: row * ROW_TOLERANCE.least, seen, most: row * ROW_TOLERANCE.most });
  }
  if (rateTrain(way) !== undefined) {
    found.push({
      what: "rate Mbit/s",
      least: way.rateMbps * (1 - RATE_TOLERANCE),
      seen: measured.rateMbps ?? 0,
      most: way.rateMbps * (1 + RATE_TOLERANCE),
    });
  }
  return found;
}

/** Whether a finding is what it may be; nothing measured is not. */
export function isRight({ least, seen, most }: Finding): boolean {
  return seen >= least && seen <= most;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}

/** How much rows of losses widen the spread of their number: (1 + r) / (1 − r), r the correlation of neighbours. */
function clumping({ burst }: OneWay): number {
  if (burst.enterPercent === 0) return 1;
  const correlation = Math.max(0, 1 - (burst.enterPercent + burst.leavePercent) / 100);
  return (1 + correlation) / (1 - correlation);
}

/** The mean length of rows of losses, from the chance that a loss is followed by another. */
function expectedRow(way: OneWay): number {
  const enter = way.burst.enterPercent / 100;
  const leave = way.burst.leavePercent / 100;
  const bad = enter === 0 ? 0 : enter / (enter + leave);
  const inGood = way.lossPercent / 100;
  const inBad = 1 - (1 - inGood) * (1 - way.burst.lossPercent / 100);
  const both =
    bad * inBad * ((1 - leave) * inBad + leave * inGood) + (1 - bad) * inGood * (enter * inBad + (1 - enter) * inGood);
  return 1 / (1 - both / expectedLoss(way));
}

function meanRow(sent: number, arrived: ReadonlySet<number>): number {
  let losses = 0;
  let rows = 0;
  for (let sequence = 0; sequence < sent; sequence += 1) {
    if (arrived.has(sequence)) continue;
    losses += 1;
    if (sequence === 0 || arrived.has(sequence - 1)) rows += 1;
  }
  return rows === 0 ? 0 : losses / rows;
}
