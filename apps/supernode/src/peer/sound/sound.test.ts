import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createDecoder, FRAME_SAMPLES, SAMPLE_RATE_HZ } from "./opus.ts";
import { loudest, SPECTRUM_SAMPLES } from "./spectrum.ts";
import { createEncodedSource, createToneSource, repeated, toneFrames, type VoiceSource } from "./voice-source.ts";
import { readWav } from "./wav.ts";

function sine(hz: number, amplitude: number, rateHz: number, samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, at) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hz * at) / rateHz)),
  );
}

/** What a listener hears of a source after its first second. */
function heardOf(source: VoiceSource): Int16Array {
  const decode = createDecoder();
  const samples = Array.from({ length: 70 }, () => [...(decode(source.next()) ?? [])]).flat();
  return Int16Array.from(samples.slice(-SPECTRUM_SAMPLES));
}

/** A WAV file of interleaved 16-bit samples. */
function wavOf(samples: Int16Array, { rateHz = SAMPLE_RATE_HZ, channels = 1, bits = 16, kind = 1 } = {}): Buffer {
  const head = Buffer.alloc(52);
  head.write("RIFF");
  head.writeUInt32LE(44 + samples.byteLength, 4);
  head.write("WAVE", 8);
  // A chunk nobody knows, of odd length and so with a filling byte.
  head.write("junk", 12);
  head.writeUInt32LE(0, 16);
  head.write("fmt ", 20);
  head.writeUInt32LE(16, 24);
  head.writeUInt16LE(kind, 28);
  head.writeUInt16LE(channels, 30);
  head.writeUInt32LE(rateHz, 32);
  head.writeUInt16LE(bits, 42);
  head.write("data", 44);
  head.writeUInt32LE(samples.byteLength, 48);
  return Buffer.concat([head, Buffer.from(samples.buffer)]);
}

describe("the loudest frequency", () => {
  test("[PE40] is found to 1 Hz, with its level", () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 12_000 }), fc.integer({ min: 200, max: 32_000 }), (hz, amplitude) => {
        const heard = loudest(sine(hz, amplitude, SAMPLE_RATE_HZ, SPECTRUM_SAMPLES));
        expect(Math.abs(heard.hz - hz)).toBeLessThan(1);
        expect(heard.levelDb).toBeCloseTo(20 * Math.log10(amplitude / 32_768) - 3.01, 0);
      }),
    );
  });

  test("[PE40] of silence is none, at -120 dB", () => {
    expect(loudest(new Int16Array(SPECTRUM_SAMPLES))).toEqual({ hz: 0, levelDb: -120 });
  });
});

describe("what a microphone says", () => {
  test.each([300, 440, 1_000, 3_000])("[PE42] a tone of %d Hz is heard as it is, without end", (hz) => {
    const heard = loudest(heardOf(createToneSource(hz)));
    expect(Math.abs(heard.hz - hz)).toBeLessThan(2);
    expect(heard.levelDb).toBeGreaterThan(-15);
  });

  test("[PE42] silence is silent, and packets of a tone are made once", () => {
    expect(loudest(heardOf(createToneSource(0))).levelDb).toBeLessThan(-90);
    const [one, other] = [createToneSource(440), createToneSource(440)];
    expect(one.next()).toBe(other.next());
  });

  test("[PE42] a file is played again and again, without a gap where it begins anew", () => {
    const frames = repeated(Int16Array.from({ length: 700 }, (_, at) => at));
    const played = [...frames(), ...frames()];
    expect(played.slice(0, 3)).toEqual([0, 1, 2]);
    expect(played.slice(698, 702)).toEqual([698, 699, 0, 1]);
    expect(played).toHaveLength(2 * FRAME_SAMPLES);
    expect(() => repeated(new Int16Array())).toThrow("no sound");
  });

  test("[PE42] frames that are encoded as they come are heard too", () => {
    expect(loudest(heardOf(createEncodedSource(toneFrames(700)))).hz).toBeCloseTo(700, 0);
  });
});

describe("WAV files", () => {
  test("[PE43] are read as they are at our rate, and any rate keeps its pitch", () => {
    const samples = sine(440, 10_000, SAMPLE_RATE_HZ, 2_000);
    expect(readWav(wavOf(samples))).toEqual(samples);
    for (const rateHz of [8_000, 16_000, 44_100, 96_000]) {
      const read = readWav(wavOf(sine(440, 10_000, rateHz, rateHz), { rateHz }));
      expect(Math.abs(read.length - SAMPLE_RATE_HZ)).toBeLessThan(2);
      expect(loudest(read.subarray(0, SPECTRUM_SAMPLES)).hz).toBeCloseTo(440, 0);
    }
  });

  test("[PE43] channels are mixed to one", () => {
    expect([...readWav(wavOf(Int16Array.of(100, 300, -100, -300), { channels: 2 }))]).toEqual([200, -200]);
  });

  test("[PE43] one that was cut off is read as far as it goes", () => {
    const whole = wavOf(Int16Array.of(1, 2, 3, 4));
    expect([...readWav(whole.subarray(0, whole.byteLength - 4))]).toEqual([1, 2]);
  });

  test.each([
    [Buffer.from("hello"), "not a WAV file"],
    [wavOf(Int16Array.of(1), { bits: 24 }), "16-bit PCM"],
    [wavOf(Int16Array.of(1), { kind: 3 }), "16-bit PCM"],
    [wavOf(Int16Array.of(1), { channels: 0 }), "0 channels"],
    [wavOf(Int16Array.of(1), { rateHz: 1 }), "1 Hz"],
    [wavOf(Int16Array.of(1)).subarray(0, 44), "no data"],
  ])("[PE43] anything else is refused with a reason: %#", (bytes, reason) => {
    expect(() => readWav(bytes)).toThrow(reason);
  });

  test("[PE43] whatever bytes come, it reads them or refuses them with a reason", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const bytes = Buffer.concat([wavOf(Int16Array.of(1)).subarray(0, 12), noise]);
        try {
          readWav(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
