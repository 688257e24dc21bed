import { createEncoder, FRAME_SAMPLES, SAMPLE_RATE_HZ } from "./opus.ts";

/** What a microphone gives: one Opus packet of 20 ms after the other, without end. */
export interface VoiceSource {
  next(): Uint8Array;
}

/** Frames of samples, one after the other. */
export type NextFrame = () => Int16Array;

/** Half of full scale, as the browsers of the lab play theirs. */
const TONE_AMPLITUDE = 16_384;

/** One second: every whole number of hertz fits in without a click. */
const LOOP_FRAMES = SAMPLE_RATE_HZ / FRAME_SAMPLES;

const loops = new Map<number, readonly Uint8Array[]>();

/**
 * A sine tone of whole hertz, 1 to 20 000; 0 is silence. Its packets are made once a program and repeated, so that a
 * thousand callers cost no encoder.
 */
export function createToneSource(hz: number): VoiceSource {
  const loop = loops.get(hz) ?? encodeLoop(hz);
  loops.set(hz, loop);
  let at = 0;
  return {
    next() {
      const packet = loop[at] as Uint8Array;
      at = (at + 1) % loop.length;
      return packet;
    },
  };
}

/** The second second: the encoder has settled by then, and its end fits its beginning. */
function encodeLoop(hz: number): readonly Uint8Array[] {
  const encode = createEncoder();
  const frame = toneFrames(hz);
  for (let count = 0; count < LOOP_FRAMES; count += 1) encode(frame());
  return Array.from({ length: LOOP_FRAMES }, () => encode(frame()));
}

/** Samples of a sine tone. */
export function toneFrames(hz: number, amplitude: number = TONE_AMPLITUDE): NextFrame {
  let at = 0;
  return () => {
    const frame = new Int16Array(FRAME_SAMPLES);
    for (let index = 0; index < frame.length; index += 1)
      frame[index] = Math.round(amplitude * Math.sin((2 * Math.PI * hz * (at + index)) / SAMPLE_RATE_HZ));
    at = (at + frame.length) % SAMPLE_RATE_HZ;
    return frame;
  };
}

/** Plays samples again and again. Throws `RangeError` when there are none. */
export function repeated(samples: Int16Array): NextFrame {
  if (samples.length === 0) throw new RangeError("there is no sound in it");
  let at = 0;
  return () => {
    const frame = new Int16Array(FRAME_SAMPLES);
    for (let index = 0; index < frame.length; index += 1) {
      frame[index] = samples[at] as number;
      at = (at + 1) % samples.length;
    }
    return frame;
  };
}

/** Encodes frames as they are asked for. */
export function createEncodedSource(frames: NextFrame): VoiceSource {
  const encode = createEncoder();
  return { next: () => encode(frames()) };
}
