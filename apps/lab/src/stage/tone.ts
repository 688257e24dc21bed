import { writeFileSync } from "node:fs";

const SAMPLE_RATE_HZ = 48_000;
const SECONDS = 4;

/** Writes a mono 16-bit WAV of a sine tone, for Chromium's fake microphone, which plays it in a loop. Frequency in whole Hz: the loop then has no click. */
export function writeTone(path: string, frequencyHz: number): void {
  const samples = SAMPLE_RATE_HZ * SECONDS;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write("RIFF", 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write("WAVEfmt ", 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  wav.writeUInt32LE(SAMPLE_RATE_HZ * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write("data", 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let index = 0; index < samples; index += 1) {
    const sample = Math.sin((2 * Math.PI * frequencyHz * index) / SAMPLE_RATE_HZ) * 0.5;
    wav.writeInt16LE(Math.round(sample * 32_767), 44 + index * 2);
  }
  writeFileSync(path, wav);
}
