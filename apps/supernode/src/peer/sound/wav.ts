import { SAMPLE_RATE_HZ } from "./opus.ts";

/** Longest file we read, in bytes: about an hour at 48 kHz mono. */
export const MAX_WAV_BYTES: number = 400 * 1024 * 1024;

interface Format {
  readonly channels: number;
  readonly rateHz: number;
}

/**
 * Reads a WAV file of 16-bit PCM, any number of channels and any rate from 4 to 192 kHz, as mono at 48 kHz. Throws
 * `RangeError` with a sentence when it is something else.
 */
export function readWav(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 12 || name(view, 0) !== "RIFF" || name(view, 8) !== "WAVE")
    throw new RangeError("not a WAV file");
  let format: Format | undefined;
  for (let at = 12; at + 8 <= bytes.byteLength; ) {
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name(view, at) === "fmt ") format = readFormat(view, body, size);
    if (name(view, at) === "data") {
      if (format === undefined) throw new RangeError("its data comes before its format");
      // Recorders that were killed leave a size that is not there.
      return resample(mixed(view, body, Math.min(size, bytes.byteLength - body), format.channels), format.rateHz);
    }
    at = body + size + (size % 2);
  }
  throw new RangeError("it has no data");
}

function readFormat(view: DataView, at: number, size: number): Format {
  if (size < 16 || at + 16 > view.byteLength) throw new RangeError("its format is cut off");
  const kind = view.getUint16(at, true);
  const [channels, rateHz, bits] = [
    view.getUint16(at + 2, true),
    view.getUint32(at + 4, true),
    view.getUint16(at + 14, true),
  ];
  if ((kind !== 1 && kind !== 0xfffe) || bits !== 16) throw new RangeError("only 16-bit PCM can be played");
  if (channels < 1 || channels > 8) throw new RangeError(`${channels} channels`);
  if (rateHz < 4_000 || rateHz > 192_000) throw new RangeError(`a rate of ${rateHz} Hz`);
  return { channels, rateHz };
}

function mixed(view: DataView, at: number, size: number, channels: number): Int16Array {
  const samples = new Int16Array(Math.floor(size / (2 * channels)));
  for (let index = 0; index < samples.length; index += 1) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1)
      sum += view.getInt16(at + 2 * (index * channels + channel), true);
    samples[index] = Math.round(sum / channels);
  }
  return samples;
}

/** Straight lines between samples: good enough for voice, and exact where the rate is ours already. */
function resample(samples: Int16Array, rateHz: number): Int16Array {
  if (rateHz === SAMPLE_RATE_HZ) return samples;
  const out = new Int16Array(Math.floor((samples.length * SAMPLE_RATE_HZ) / rateHz));
  for (let index = 0; index < out.length; index += 1) {
    const position = (index * rateHz) / SAMPLE_RATE_HZ;
    const before = Math.floor(position);
    const one = samples[before] ?? 0;
    const other = samples[before + 1] ?? one;
    out[index] = Math.round(one + (other - one) * (position - before));
  }
  return out;
}

function name(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}
