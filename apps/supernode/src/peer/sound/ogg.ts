/** One packet and what a page says of it. */
export interface OggPage {
  readonly serial: number;
  readonly sequence: number;
  /** Position after the last packet that ends on this page, in samples. */
  readonly granule: bigint;
  readonly place: "first" | "middle" | "last";
  /** Whole packets: at most {@link MAX_PAGE_SEGMENTS} lacing values together. */
  readonly packets: readonly Uint8Array[];
}

/** Lacing values of a page at most (RFC 3533 §6). A packet takes one, and one more for each 255 bytes. */
export const MAX_PAGE_SEGMENTS = 255;

/** How many lacing values a packet takes. */
export function segmentsOf(packet: Uint8Array): number {
  return Math.floor(packet.byteLength / 255) + 1;
}

/** Writes a page of an Ogg stream (RFC 3533 §6). Throws `RangeError` when the packets do not fit. */
export function encodeOggPage({ serial, sequence, granule, place, packets }: OggPage): Uint8Array {
  const lacing = packets.flatMap((packet) => [
    ...Array<number>(segmentsOf(packet) - 1).fill(255),
    packet.byteLength % 255,
  ]);
  if (lacing.length > MAX_PAGE_SEGMENTS) throw new RangeError(`${lacing.length} segments`);
  const header = 27 + lacing.length;
  const page = new Uint8Array(header + packets.reduce((sum, packet) => sum + packet.byteLength, 0));
  const view = new DataView(page.buffer);
  page.set([0x4f, 0x67, 0x67, 0x53, 0, place === "first" ? 2 : place === "last" ? 4 : 0]);
  view.setBigInt64(6, granule, true);
  view.setUint32(14, serial, true);
  view.setUint32(18, sequence, true);
  view.setUint8(26, lacing.length);
  page.set(lacing, 27);
  let at = header;
  for (const packet of packets) {
    page.set(packet, at);
    at += packet.byteLength;
  }
  view.setUint32(22, checksum(page), true);
  return page;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = (value & 0x8000_0000) === 0 ? value << 1 : (value << 1) ^ 0x04c1_1db7;
  return value;
});

/** CRC-32 of a page whose checksum field is 0: polynomial 04c11db7, not reflected, nothing inverted (RFC 3533 §6). */
export function checksum(page: Uint8Array): number {
  let value = 0;
  for (const byte of page) value = (value << 8) ^ (TABLE[((value >>> 24) ^ byte) & 0xff] as number);
  return value >>> 0;
}
