import { setImmediate as turn } from "node:timers/promises";
import type { Clock } from "@skein/core";

/** A clock that stands still until a test moves it. */
export interface HandClock extends Clock {
  /** Callbacks not yet run. */
  readonly waiting: number;
  /** When the next callback is due, ms since 1970. */
  readonly nextAt: number | undefined;
  /** Moves time on by `ms` (≥ 0), as {@link HandClock.advanceTo}. */
  advance(ms: number): Promise<void>;
  /**
   * Runs every callback due up to `atMs`, in order of time and then of asking, each at its own time, with what it set
   * off settled before the next one; then stands at `atMs`. Rejects with what a callback throws, `RangeError` for a time
   * gone by, and an error when another advance is still under way.
   */
  advanceTo(atMs: number): Promise<void>;
  /**
   * Runs what is due now and lets promises settle. Covers everything that waits only for promises and this clock; work
   * on other threads (WebCrypto, files, sockets) must be awaited by its own promise.
   */
  settle(): Promise<void>;
}

interface Entry {
  readonly atMs: number;
  readonly act: () => void;
}

/** Where a hand clock starts when nothing else is said: 2026-01-01T00:00:00Z. */
const DEFAULT_START_MS = Date.UTC(2026, 0, 1);

/** Makes a hand clock that shows `startMs` (ms since 1970). Rules: docs/spec/testkit.md#TK1 to TK5. */
export function createHandClock(startMs: number = DEFAULT_START_MS): HandClock {
  let nowMs = startMs;
  let advancing = false;
  // Sorted by time; equal times keep the order of asking.
  const entries: Entry[] = [];

  async function run(untilMs: number): Promise<void> {
    for (;;) {
      // A turn of the event loop comes after every promise that can settle has settled.
      await turn();
      const first = entries[0];
      if (first === undefined || first.atMs > untilMs) break;
      entries.shift();
      nowMs = Math.max(nowMs, first.atMs);
      first.act();
    }
    nowMs = Math.max(nowMs, untilMs);
  }

  async function advanceTo(atMs: number): Promise<void> {
    if (!(atMs >= nowMs)) throw new RangeError(`time only goes forward: ${atMs} is before ${nowMs}`);
    if (advancing) throw new Error("the clock is already being advanced; await the first advance");
    advancing = true;
    try {
      await run(atMs);
    } finally {
      advancing = false;
    }
  }

  return {
    now: () => nowMs,
    at(atMs, act) {
      const entry: Entry = { atMs, act };
      const later = entries.findIndex((other) => other.atMs > atMs);
      entries.splice(later === -1 ? entries.length : later, 0, entry);
      return () => {
        const index = entries.indexOf(entry);
        if (index !== -1) entries.splice(index, 1);
      };
    },
    get waiting() {
      return entries.length;
    },
    get nextAt() {
      return entries[0]?.atMs;
    },
    advance: (ms) => advanceTo(nowMs + ms),
    advanceTo,
    settle: () => advanceTo(nowMs),
  };
}
