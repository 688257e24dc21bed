import type { Clock } from "@skein/core";
import { STATS_INTERVAL_MS } from "../defaults.ts";
import { type CallQuality, qualityBetween } from "./call-quality.ts";
import { type Counters, readCounters, type StatisticsEntry } from "./statistics.ts";

/** Reads a connection's statistics again and again. */
export interface QualityWatch {
  /** Starts reading every second. Calling it twice does nothing. */
  start(): void;
  /** Reads once, now; for what cannot wait. Never rejects. */
  look(): Promise<Counters | undefined>;
  stop(): void;
}

/** What a reading leads to. */
export interface QualityEvents {
  counters(counters: Counters): void;
  quality(quality: CallQuality): void;
}

/** `statistics` as {@link PeerConnection.statistics}; a reading that fails is left out. */
export function createQualityWatch(
  statistics: () => Promise<readonly StatisticsEntry[]>,
  clock: Clock,
  events: QualityEvents,
): QualityWatch {
  let last: Counters | undefined;
  let cancel: (() => void) | undefined;
  let stopped = false;

  async function look(): Promise<Counters | undefined> {
    try {
      const counters = readCounters(await statistics(), clock.now());
      if (stopped) return undefined;
      events.counters(counters);
      return counters;
    } catch {
      return undefined;
    }
  }

  async function read(): Promise<void> {
    const counters = await look();
    if (stopped) return;
    if (counters !== undefined) {
      if (last !== undefined) events.quality(qualityBetween(last, counters));
      last = counters;
    }
    cancel = clock.at(clock.now() + STATS_INTERVAL_MS, () => void read());
  }

  return {
    start() {
      if (cancel !== undefined || stopped) return;
      cancel = () => {};
      void read();
    },
    look,
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
