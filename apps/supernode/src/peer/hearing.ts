import { closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Clock, Random } from "@skein/core";
import type { Tell } from "./lines.ts";
import type { VoiceReceiver } from "./rtp/voice-receiver.ts";
import { createOggOpusWriter } from "./sound/ogg-opus.ts";
import { FRAME_SAMPLES } from "./sound/opus.ts";
import { type Heard, loudest, SPECTRUM_SAMPLES } from "./sound/spectrum.ts";

/** Between two lines that say what is heard, in frames: half a second. */
const REPORT_FRAMES = 25;

/** Listens to the voice of a call until the function it gives back is called. */
export type Listen = (voice: VoiceReceiver) => () => void;

/** Tells the loudest frequency and the level of what is heard. */
export function createAnalyser(tell: Tell): Listen {
  return (voice) => {
    const window = new Int16Array(SPECTRUM_SAMPLES);
    let frames = 0;
    return voice.listen({
      frame(samples) {
        window.copyWithin(0, FRAME_SAMPLES);
        window.set(samples, SPECTRUM_SAMPLES - FRAME_SAMPLES);
        frames += 1;
        if (frames % REPORT_FRAMES === 0) tell({ kind: "heard", ...rounded(loudest(window)) });
      },
    });
  };
}

/**
 * Records each call to a file of its own, `<time>-<peer>.ogg`, in this folder. Throws when the folder cannot be made; a
 * file that cannot be written is told and its call goes on.
 */
export function createRecorder(
  options: { readonly directory: string; readonly peer: number },
  dependencies: { readonly clock: Clock; readonly random: Random; readonly tell: Tell },
): Listen {
  const { directory, peer } = options;
  const { clock, random, tell } = dependencies;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return (voice) => {
    const time = new Date(clock.now()).toISOString().replaceAll(":", "-");
    const path = join(directory, `${time}-${peer}.ogg`);
    const file = openSync(path, "wx", 0o600);
    const serial = new DataView(Uint8Array.from(random.bytes(4)).buffer).getUint32(0);
    const writer = createOggOpusWriter(serial, (bytes) => void writeSync(file, bytes));
    const stop = voice.listen({ packet: (packet) => writer.add(packet) });
    return () => {
      stop();
      writer.end();
      closeSync(file);
      tell({ kind: "recorded", file: path });
    };
  };
}

/** Several listeners as one. One that cannot start is told, and the others hear all the same. */
export function together(listeners: readonly Listen[], tell: Tell): Listen {
  return (voice) => {
    const ends = listeners.flatMap((listen) => {
      try {
        return [listen(voice)];
      } catch (error) {
        tell({ kind: "error", reason: `what is heard cannot be kept: ${String(error)}` });
        return [];
      }
    });
    return () => {
      for (const end of ends) end();
    };
  };
}

function rounded({ hz, levelDb }: Heard): Heard {
  return { hz: Math.round(hz * 10) / 10, levelDb: Math.round(levelDb * 10) / 10 };
}
