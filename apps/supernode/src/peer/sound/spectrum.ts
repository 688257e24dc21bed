import { SAMPLE_RATE_HZ } from "./opus.ts";

/** The loudest frequency in a piece of sound. */
export interface Heard {
  readonly hz: number;
  /** Root mean square against full scale, in dB: a sine of full scale is -3. -120 is silence. */
  readonly levelDb: number;
}

/** What counts as silence, in dB. */
const SILENCE_DB = -120;

/** Samples looked at: 171 ms, bins of 5.9 Hz; the peak between bins is found to about 1 Hz. */
export const SPECTRUM_SAMPLES = 8_192;

/** Finds the loudest frequency of {@link SPECTRUM_SAMPLES} samples. Throws `RangeError` for another number. */
export function loudest(samples: Int16Array): Heard {
  if (samples.length !== SPECTRUM_SAMPLES) throw new RangeError(`${samples.length} samples`);
  const levelDb = levelOf(samples);
  if (levelDb <= SILENCE_DB) return { hz: 0, levelDb };
  const real = Float64Array.from(samples, (sample, index) => sample * hann(index));
  const imaginary = new Float64Array(SPECTRUM_SAMPLES);
  transform(real, imaginary);
  let peak = 1;
  const power = (bin: number): number => (real[bin] ?? 0) ** 2 + (imaginary[bin] ?? 0) ** 2;
  for (let bin = 2; bin < SPECTRUM_SAMPLES / 2; bin += 1) if (power(bin) > power(peak)) peak = bin;
  return { hz: ((peak + between(power, peak)) * SAMPLE_RATE_HZ) / SPECTRUM_SAMPLES, levelDb };
}

function levelOf(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += (sample / 32_768) ** 2;
  return Math.max(SILENCE_DB, 10 * Math.log10(sum / samples.length));
}

function hann(index: number): number {
  return 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / SPECTRUM_SAMPLES);
}

/** Where the top of a parabola through three bins lies, -0.5 to 0.5. */
function between(power: (bin: number) => number, peak: number): number {
  const [left, middle, right] = [peak - 1, peak, peak + 1].map((bin) => Math.log(power(bin) + 1e-12)) as [
    number,
    number,
    number,
  ];
  const bend = left - 2 * middle + right;
  return bend === 0 ? 0 : (left - right) / (2 * bend);
}

/** Half a turn, clockwise. */
const COSINES = Float64Array.from({ length: SPECTRUM_SAMPLES / 2 }, (_, at) =>
  Math.cos((-2 * Math.PI * at) / SPECTRUM_SAMPLES),
);
const SINES = Float64Array.from({ length: SPECTRUM_SAMPLES / 2 }, (_, at) =>
  Math.sin((-2 * Math.PI * at) / SPECTRUM_SAMPLES),
);

/** Fourier transform in place (Cooley and Tukey, radix 2) of {@link SPECTRUM_SAMPLES} values. */
function transform(real: Float64Array, imaginary: Float64Array): void {
  const count = real.length;
  for (let one = 1, other = 0; one < count; one += 1) {
    let bit = count >> 1;
    for (; (other & bit) !== 0; bit >>= 1) other ^= bit;
    other ^= bit;
    if (one < other) {
      swap(real, one, other);
      swap(imaginary, one, other);
    }
  }
  for (let size = 2; size <= count; size *= 2) {
    for (let start = 0; start < count; start += size) {
      for (let offset = 0; offset < size / 2; offset += 1) butterfly(real, imaginary, start + offset, size, offset);
    }
  }
}

function butterfly(real: Float64Array, imaginary: Float64Array, upper: number, size: number, offset: number): void {
  const lower = upper + size / 2;
  const turn = (offset * SPECTRUM_SAMPLES) / size;
  const [cosine, sine] = [COSINES[turn] as number, SINES[turn] as number];
  const [a, b, c, d] = [real[upper], imaginary[upper], real[lower], imaginary[lower]] as [
    number,
    number,
    number,
    number,
  ];
  const [turnedReal, turnedImaginary] = [c * cosine - d * sine, c * sine + d * cosine];
  real[upper] = a + turnedReal;
  imaginary[upper] = b + turnedImaginary;
  real[lower] = a - turnedReal;
  imaginary[lower] = b - turnedImaginary;
}

function swap(values: Float64Array, one: number, other: number): void {
  const kept = values[one] as number;
  values[one] = values[other] as number;
  values[other] = kept;
}
