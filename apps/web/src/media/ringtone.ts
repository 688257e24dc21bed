import type { Clock } from "@skein/core";

/** Rings quietly while somebody calls. */
export interface Ringtone {
  /** Starts ringing; ringing already changes nothing. */
  start(): void;
  /** Silent from this moment on. */
  stop(): void;
}

/** What is needed of an AudioContext. */
export type RingContext = Pick<
  AudioContext,
  "currentTime" | "createOscillator" | "createGain" | "destination" | "close"
>;

/** From one ring to the next, ms. */
const PERIOD_MS = 2_800;

/** Two soft notes a fifth apart, in Hz: clear of the tones people test lines with. */
const NOTES_HZ: readonly number[] = [587.33, 880];

/** Loudest the ring gets, of 1. */
const LOUDNESS = 0.06;

/** Makes a ringtone. The sound device is opened for each ringing and closed after it, so nothing sounds in a call. Rule WB51. */
export function createRingtone(dependencies: {
  readonly openContext: () => RingContext;
  readonly clock: Clock;
}): Ringtone {
  const { openContext, clock } = dependencies;
  let context: RingContext | undefined;
  let cancel: () => void = () => {};

  const ring = (): void => {
    if (context === undefined) return;
    for (const [index, hz] of NOTES_HZ.entries()) playNote(context, hz, context.currentTime + index * 0.22);
    cancel = clock.at(clock.now() + PERIOD_MS, ring);
  };

  return {
    start() {
      if (context !== undefined) return;
      try {
        context = openContext();
        ring();
      } catch {
        // No sound device: the page still shows and announces the call.
        context = undefined;
      }
    },
    stop() {
      cancel();
      context?.close().catch(() => {});
      context = undefined;
    },
  };
}

function playNote(context: RingContext, hz: number, at: number): void {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.frequency.value = hz;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(LOUDNESS, at + 0.03);
  gain.gain.exponentialRampToValueAtTime(0.0005, at + 0.9);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(at);
  oscillator.stop(at + 1);
}
