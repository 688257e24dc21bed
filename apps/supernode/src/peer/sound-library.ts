import { readFileSync, statSync } from "node:fs";
import { createEncodedSource, createToneSource, repeated, type VoiceSource } from "./sound/voice-source.ts";
import { MAX_WAV_BYTES, readWav } from "./sound/wav.ts";

/**
 * Opens a sound by its name: `silence`, `tone:440`, or the path of a WAV file, which is played again and again. Throws with
 * a sentence when there is none such.
 */
export function openSound(name: string): VoiceSource {
  if (name === "silence") return createToneSource(0);
  const tone = /^tone:(\d{1,5})$/.exec(name)?.[1];
  if (tone === undefined) return createEncodedSource(repeated(readFile(name)));
  const hz = Number(tone);
  if (hz < 1 || hz > 20_000) throw new RangeError(`${name}: a tone has 1 to 20000 Hz`);
  return createToneSource(hz);
}

function readFile(path: string): Int16Array {
  try {
    if (statSync(path).size > MAX_WAV_BYTES) throw new RangeError("the file is too long");
    return readWav(readFileSync(path));
  } catch (error) {
    throw new RangeError(`${path} cannot be played: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
