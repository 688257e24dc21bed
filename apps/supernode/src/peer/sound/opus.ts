import { Decoder, Encoder } from "@evan/opus";

/** Sound inside this program: mono, 48 kHz, 16 bit, in frames of 20 ms. */
export const SAMPLE_RATE_HZ = 48_000;
export const FRAME_SAMPLES = 960;

/** Turns frames of {@link FRAME_SAMPLES} samples into Opus packets. */
export type EncodeFrame = (samples: Int16Array) => Uint8Array;

/** Turns an Opus packet into samples; `undefined` for one that is damaged. */
export type DecodePacket = (packet: Uint8Array) => Int16Array | undefined;

/** Bits a second of what we send: the usual of voice in a browser. */
const BITRATE = 32_000;

/** Makes an encoder for voice, with in-band error correction as browsers have it. */
export function createEncoder(): EncodeFrame {
  const encoder = new Encoder({ channels: 1, sample_rate: SAMPLE_RATE_HZ, application: "voip" });
  encoder.bitrate = BITRATE;
  encoder.inband_fec = true;
  encoder.packet_loss = 5;
  return (samples) => encoder.encode(samples);
}

/** Makes a decoder. A stereo packet comes out as mono. */
export function createDecoder(): DecodePacket {
  const decoder = new Decoder({ channels: 1, sample_rate: SAMPLE_RATE_HZ });
  return (packet) => {
    try {
      const bytes = decoder.decode(packet);
      return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1);
    } catch {
      return undefined;
    }
  };
}
