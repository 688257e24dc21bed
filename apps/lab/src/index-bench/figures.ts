import { median } from "../median.ts";

/** One search as it was seen from outside. */
export interface Sample {
  readonly tookMs: number;
  readonly found: boolean;
  /** Until the first answer that held, where a search goes on after it. */
  readonly firstMs?: number;
  /** A bare trip to home and back just before. */
  readonly tripMs?: number;
  /** On the wire of the one who searched: Ethernet frames, both ways. */
  readonly bytes: number;
  readonly packets: number;
}

/** What one way of searching came to. */
export interface Measured {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly firstP50Ms: number | null;
  readonly tripP50Ms: number | null;
  readonly bytes: number;
  readonly packets: number;
  /** Requests to other supernodes for each search. */
  readonly rpcs: number;
  readonly found: number;
  readonly of: number;
}

/** The value that so many percent of the samples do not exceed (nearest rank). */
function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}

/** Sums samples up; times rounded to 0.1 ms. Throws RangeError without samples. */
export function measured(samples: readonly Sample[], requests: number): Measured {
  if (samples.length === 0) throw new RangeError("nothing was measured");
  const tenth = (value: number): number => Math.round(value * 10) / 10;
  const times = samples.map(({ tookMs }) => tookMs);
  const middle = (some: readonly number[]): number | null => (some.length === 0 ? null : tenth(median(some)));
  return {
    p50Ms: tenth(median(times)),
    p95Ms: tenth(percentile(times, 95)),
    firstP50Ms: middle(samples.flatMap(({ firstMs }) => firstMs ?? [])),
    tripP50Ms: middle(samples.flatMap(({ tripMs }) => tripMs ?? [])),
    bytes: Math.round(median(samples.map(({ bytes }) => bytes))),
    packets: Math.round(median(samples.map(({ packets }) => packets))),
    rpcs: tenth(requests / samples.length),
    found: samples.filter(({ found }) => found).length,
    of: samples.length,
  };
}

/** A line of the table for people. */
export function lineOf(name: string, result: Measured | undefined, reason = ""): string {
  if (result === undefined) return `${name.padEnd(34)} not taken: ${reason}`;
  const { bytes, firstP50Ms, found, of, p50Ms, p95Ms, packets, rpcs, tripP50Ms } = result;
  const first = firstP50Ms === null ? "" : `, first answer ${firstP50Ms}`;
  const trip = tripP50Ms === null ? "" : `  bare trip ${tripP50Ms}`;
  return (
    `${name.padEnd(34)} p50 ${p50Ms.toFixed(1).padStart(6)} ms  p95 ${p95Ms.toFixed(1).padStart(6)} ms${first}  ` +
    `RPCs ${rpcs.toFixed(1)}  ${bytes} B / ${packets} packets  found ${found} of ${of}${trip}`
  );
}
