import { monitorEventLoopDelay } from "node:perf_hooks";

/** How late timers fire: the best sign of a process that cannot keep up. */
export interface EventLoop {
  /** Measures; every few seconds. */
  sample(): void;
  /** Mean over the last samples, ms. */
  lagMs(): number;
  stop(): void;
}

/** How often the delay is looked at, ms; it counts in what is measured, so it is taken off again. */
const RESOLUTION_MS = 20;

/** Samples the mean is taken over. */
const SAMPLES = 3;

/** Starts measuring. */
export function watchEventLoop(): EventLoop {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  let lags: readonly number[] = [];
  return {
    sample() {
      const lag = delays.count === 0 ? 0 : Math.max(0, delays.mean / 1e6 - RESOLUTION_MS);
      delays.reset();
      lags = [...lags, lag].slice(-SAMPLES);
    },
    lagMs: () => lags.reduce((sum, lag) => sum + lag, 0) / Math.max(1, lags.length),
    stop: () => void delays.disable(),
  };
}
