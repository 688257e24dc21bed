import { FRAME_SAMPLES } from "./sound/opus.ts";
import { createEncodedSource, type NextFrame, toneFrames, type VoiceSource } from "./sound/voice-source.ts";

/** Says back what it hears. */
export interface EchoSource {
  readonly source: VoiceSource;
  /** Takes the next 20 ms of what is heard. */
  hear(samples: Int16Array): void;
}

/** How far behind the echo is, in frames: one second, so that nobody takes it for the echo of their own room. */
const DELAY_FRAMES = 50;

/** The tone at the start, so that one knows sound comes through before one has said a word: 0.4 s at 880 Hz. */
const TONE_FRAMES = 20;
const TONE_HZ = 880;
const TONE_AMPLITUDE = 8_192;

/** Starts with the tone. */
export function createEchoSource(): EchoSource {
  const tone = toneFrames(TONE_HZ, TONE_AMPLITUDE);
  const heard: Int16Array[] = [];
  let said = 0;
  const next: NextFrame = () => {
    said += 1;
    if (said <= TONE_FRAMES) return tone();
    return heard.length > DELAY_FRAMES ? (heard.shift() as Int16Array) : new Int16Array(FRAME_SAMPLES);
  };
  return {
    source: createEncodedSource(next),
    hear(samples) {
      heard.push(samples);
      // Muted or late: what is older than the delay is never said.
      while (heard.length > 2 * DELAY_FRAMES) heard.shift();
    },
  };
}
