import fc from "fast-check";
import { expect, test } from "vitest";
import { checksum, encodeOggPage, MAX_PAGE_SEGMENTS } from "./ogg.ts";
import { createOggOpusWriter } from "./ogg-opus.ts";
import { concealment, opusSamples } from "./opus-packet.ts";
import { createToneSource } from "./voice-source.ts";

/** A page as a player reads it: independent of the writer, straight after RFC 3533 §6. */
function readPages(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pages = [];
  for (let at = 0; at < bytes.byteLength; ) {
    expect(Buffer.from(bytes.subarray(at, at + 4)).toString()).toBe("OggS");
    const segments = view.getUint8(at + 26);
    const lacing = [...bytes.subarray(at + 27, at + 27 + segments)];
    let body = at + 27 + segments;
    const end = body + lacing.reduce((sum, length) => sum + length, 0);
    const copy = Uint8Array.from(bytes.subarray(at, end));
    copy.fill(0, 22, 26);
    expect(view.getUint32(at + 22, true)).toBe(checksum(copy));
    const packets: Uint8Array[] = [];
    let length = 0;
    for (const value of lacing) {
      length += value;
      if (value === 255) continue;
      packets.push(bytes.subarray(body, body + length));
      body += length;
      length = 0;
    }
    const type = view.getUint8(at + 5);
    const [granule, serial] = [view.getBigInt64(at + 6, true), view.getUint32(at + 14, true)];
    pages.push({ type, granule, serial, sequence: view.getUint32(at + 18, true), packets });
    at = end;
  }
  return pages;
}

function record(packets: readonly Uint8Array[]): ReturnType<typeof readPages> {
  const written: Uint8Array[] = [];
  const writer = createOggOpusWriter(42, (bytes) => written.push(bytes));
  for (const packet of packets) writer.add(packet);
  writer.end();
  writer.end();
  return readPages(Uint8Array.from(Buffer.concat(written)));
}

test("[PE41] the checksum is the CRC of the Ogg specification", () => {
  // The check value of polynomial 04c11db7, nothing reflected, nothing inverted.
  expect(checksum(new TextEncoder().encode("123456789"))).toBe(0x89a1_897f);
});

test("[PE41] packets of every length come back from a page", () => {
  const packet = fc.uint8Array({ minLength: 0, maxLength: 600 });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 40 }), (packets) => {
      const page = encodeOggPage({ serial: 1, sequence: 2, granule: 3n, place: "middle", packets });
      expect(readPages(page)[0]?.packets.map((each) => [...each])).toEqual(packets.map((each) => [...each]));
    }),
  );
  const many = Array.from({ length: MAX_PAGE_SEGMENTS + 1 }, () => Uint8Array.of(1));
  expect(() => encodeOggPage({ serial: 1, sequence: 0, granule: 0n, place: "middle", packets: many })).toThrow("256");
});

test("[PE41] a recording begins with its two headers, ends with its last page, and counts its samples", () => {
  const tone = createToneSource(440);
  const packets = Array.from({ length: 120 }, () => tone.next());
  const pages = record(packets);
  expect(pages.map(({ type }) => type)).toEqual([2, 0, 0, 0, 4]);
  expect(pages.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3, 4]);
  expect(pages.map(({ granule }) => granule)).toEqual([0n, 0n, 48_000n, 96_000n, 115_200n]);
  expect(new Set(pages.map(({ serial }) => serial))).toEqual(new Set([42]));
  const [head, tags] = pages.map((page) => page.packets[0] ?? new Uint8Array());
  expect(Buffer.from(head ?? []).toString("latin1", 0, 8)).toBe("OpusHead");
  expect(new DataView(Uint8Array.from(head ?? []).buffer).getUint32(12, true)).toBe(48_000);
  expect(Buffer.from(tags ?? []).toString("latin1", 0, 8)).toBe("OpusTags");
  expect(pages.slice(2).flatMap((page) => page.packets)).toEqual(packets);
});

test("[PE41] a call without a sound is a valid, empty recording, and what is no packet is left out", () => {
  expect(record([]).map(({ type }) => type)).toEqual([2, 0, 4]);
  expect(record([new Uint8Array()]).at(-1)?.granule).toBe(0n);
});

test("[PE41] how long a packet sounds stands in its first byte, or its second", () => {
  const samples = (...bytes: number[]): number => opusSamples(Uint8Array.of(...bytes));
  expect([samples(0), samples(3 << 3), samples(12 << 3), samples(16 << 3), samples(31 << 3)]).toEqual([
    480, 2_880, 480, 120, 960,
  ]);
  expect(samples((31 << 3) | 1, 0)).toBe(1_920);
  expect(samples((31 << 3) | 3, 6)).toBe(5_760);
  expect(samples((31 << 3) | 3, 7)).toBe(0);
  expect(opusSamples(new Uint8Array())).toBe(0);
});

test("[PE41] in place of a lost packet stands one of its length without content", () => {
  const lost = concealment(Uint8Array.of((15 << 3) | 1, 9, 9));
  expect([...lost]).toEqual([15 << 3]);
  expect(opusSamples(lost)).toBe(960);
});
