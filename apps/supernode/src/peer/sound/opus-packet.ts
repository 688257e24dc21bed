/** Samples of one frame at 48 kHz by configuration number (RFC 6716 table 2). */
function frameSamples(configuration: number): number {
  if (configuration < 12) return [480, 960, 1920, 2880][configuration % 4] as number;
  if (configuration < 16) return configuration % 2 === 0 ? 480 : 960;
  return [120, 240, 480, 960][configuration % 4] as number;
}

/** How long an Opus packet sounds, in samples at 48 kHz; 0 when it is none (RFC 6716 §3.1, at most 120 ms). */
export function opusSamples(packet: Uint8Array): number {
  const toc = packet[0];
  if (toc === undefined) return 0;
  const samples = frameSamples(toc >> 3) * frameCount(toc & 3, packet[1]);
  return samples > 5_760 ? 0 : samples;
}

function frameCount(code: number, second: number | undefined): number {
  if (code === 0) return 1;
  return code === 3 ? (second ?? 0) & 0x3f : 2;
}

/** A packet in place of a lost one like `last`: one frame of no bytes, which decoders conceal (RFC 6716 §3.2.1, RFC 7845 §4.1). */
export function concealment(last: Uint8Array): Uint8Array {
  return Uint8Array.of((last[0] ?? 0xf8) & 0xfc);
}
