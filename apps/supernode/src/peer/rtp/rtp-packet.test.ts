import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeRtp, isRtcp, MAX_PAYLOAD_BYTES, parseRtp } from "./rtp-packet.ts";

const packet = fc.record({
  payloadType: fc.integer({ min: 96, max: 127 }),
  marker: fc.constantFrom("set" as const, "clear" as const),
  sequence: fc.integer({ min: 0, max: 65_535 }),
  timestamp: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  ssrc: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  payload: fc.uint8Array({ maxLength: MAX_PAYLOAD_BYTES }),
});

describe("RTP packets", () => {
  test("[PE30] what is written is read back", () => {
    fc.assert(
      fc.property(packet, (given) => {
        expect(parseRtp(encodeRtp(given))).toEqual(given);
      }),
    );
  });

  test("[PE30] the bytes are those of RFC 3550", () => {
    const payload = Uint8Array.of(0xfc, 0x01);
    const bytes = encodeRtp({ payloadType: 111, marker: "set", sequence: 258, timestamp: 960, ssrc: 5, payload });
    expect([...bytes]).toEqual([0x80, 0xef, 1, 2, 0, 0, 3, 0xc0, 0, 0, 0, 5, 0xfc, 0x01]);
  });

  test("[PE30] sources, an extension and padding are taken off", () => {
    const header = [0xb1, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 7, 9, 9, 9, 9, 0xbe, 0xde, 0, 1, 1, 2, 3, 4];
    const bytes = Uint8Array.of(...header, 0xaa, 0xbb, 0, 2);
    expect(parseRtp(bytes)?.payload).toEqual(Uint8Array.of(0xaa, 0xbb));
  });

  test("[PE30] whatever comes is a packet within bounds or none, and never an exception", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const read = parseRtp(bytes);
        expect(read === undefined || read.payload.byteLength <= bytes.byteLength - 12).toBe(true);
      }),
    );
    expect(parseRtp(new Uint8Array(12 + MAX_PAYLOAD_BYTES + 1).fill(0x80))).toBeUndefined();
  });

  test("[PE30] RTCP on the same port is told apart", () => {
    expect([191, 192, 200, 223, 224].map((type) => isRtcp(Uint8Array.of(0x80, type)))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    expect(parseRtp(new Uint8Array(20).fill(200))).toBeUndefined();
  });
});
