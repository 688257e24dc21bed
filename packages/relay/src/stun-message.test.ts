import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { address, buildRequest, readMessage } from "../test/requests.ts";
import { RFC5769 } from "../test/vectors/rfc5769.ts";
import { ATTRIBUTE, METHOD } from "./specification.ts";
import { readXorAddress, textAttribute, unknownAttributesAttribute, xorAddressAttribute } from "./stun-attributes.ts";
import { encodeStun } from "./stun-encoding.ts";
import { attributeValue, parseStun, type StunAttribute, stunType } from "./stun-message.ts";
import { integrityHolds, longTermKey } from "./stun-protection.ts";

const { sampleRequest, ipv4Response, ipv6Response, longTermRequest, shortTermPassword, longTerm } = RFC5769;
const shortTermKey = Buffer.from(shortTermPassword);

describe("reading and writing STUN", () => {
  test.each([
    ["request", sampleRequest, "request"],
    ["IPv4 response", ipv4Response, "success"],
    ["IPv6 response", ipv6Response, "success"],
  ])("[TU1] the RFC 5769 %s is read, its fingerprint and integrity hold", (_name, bytes, messageClass) => {
    const message = readMessage(bytes);
    expect(message.messageClass).toBe(messageClass);
    expect(message.method).toBe(METHOD.binding);
    expect(message.transaction.toString("hex")).toBe("b7e7a701bc34d686fa87dfae");
    expect(integrityHolds(bytes, message.integrityAt ?? 0, shortTermKey)).toBe(true);
    expect(integrityHolds(bytes, message.integrityAt ?? 0, Buffer.from("another password"))).toBe(false);
  });

  test("[TU1] the mapped addresses of the RFC 5769 responses are those the RFC names", () => {
    const ipv4 = attributeValue(readMessage(ipv4Response), ATTRIBUTE.xorMappedAddress) ?? Buffer.alloc(0);
    expect(readXorAddress(ipv4)).toEqual({ kind: "ipv4", address: address("192.0.2.1", 32_853) });
    expect(xorAddressAttribute(ATTRIBUTE.xorMappedAddress, address("192.0.2.1", 32_853)).value).toEqual(ipv4);
    const ipv6 = attributeValue(readMessage(ipv6Response), ATTRIBUTE.xorMappedAddress) ?? Buffer.alloc(0);
    expect(readXorAddress(ipv6)).toEqual({ kind: "ipv6" });
  });

  test("[TU1] the RFC 5769 request with long-term authentication is written byte for byte", () => {
    const key = longTermKey(longTerm.username, longTerm.realm, longTerm.password);
    const { transaction, integrityAt } = readMessage(longTermRequest);
    expect(integrityHolds(longTermRequest, integrityAt ?? 0, key)).toBe(true);
    const attributes = [
      textAttribute(ATTRIBUTE.username, longTerm.username),
      textAttribute(ATTRIBUTE.nonce, longTerm.nonce),
      textAttribute(ATTRIBUTE.realm, longTerm.realm),
    ];
    const written = encodeStun(
      { messageClass: "request", method: METHOD.binding, transaction, attributes },
      { integrityKey: key, fingerprint: "omit" },
    );
    expect(written.toString("hex")).toBe(longTermRequest.toString("hex"));
  });

  test("[TU1] the 16-byte key of RFC 8489 §9.2.2's example is made", () => {
    expect(longTermKey("user", "realm", "pass").toString("hex")).toBe("8493fbc53ba582fb4c044c456bdc40eb");
  });

  test("[TU1] what is written is read back, whatever class, method, attributes and protection", () => {
    const attribute = fc.record({
      type: fc.integer({ min: 0, max: 0xffff }).filter((type) => type !== 0x8028 && type !== 0x0008),
      value: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    });
    fc.assert(
      fc.property(
        fc.constantFrom("request", "indication", "success", "error"),
        fc.integer({ min: 0, max: 0xfff }),
        fc.array(attribute, { maxLength: 20 }),
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        fc.constantFrom("add", "omit"),
        fc.option(fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes))),
        (messageClass, method, attributes, transaction, fingerprint, key) => {
          const bytes = encodeStun(
            { messageClass, method, transaction, attributes },
            { fingerprint, ...(key === null ? {} : { integrityKey: key }) },
          );
          const message = readMessage(bytes);
          expect(message).toMatchObject({ messageClass, method });
          expect(message.transaction.equals(transaction)).toBe(true);
          const plain = (list: readonly StunAttribute[]): string[] =>
            list.map(({ type, value }) => `${type} ${value.toString("hex")}`);
          expect(plain(message.attributes.filter(({ type }) => type !== ATTRIBUTE.messageIntegrity))).toEqual(
            plain(attributes),
          );
          expect(
            message.integrityAt !== undefined && key !== null && integrityHolds(bytes, message.integrityAt, key),
          ).toBe(key !== null);
        },
      ),
    );
  });

  test("[TU2] no truncation, bit flip or random bytes make the reader throw", () => {
    for (const bytes of Object.values(RFC5769).filter(Buffer.isBuffer)) {
      for (let length = 0; length < bytes.length; length++)
        expect(parseStun(bytes.subarray(0, length)).kind).toBe("refused");
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const flipped = Buffer.from(bytes);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(["message", "refused"]).toContain(parseStun(flipped).kind);
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(["message", "refused"]).toContain(parseStun(Buffer.from(bytes)).kind);
      }),
    );
  });

  test("[TU2] a fingerprint shows every flipped bit outside the headers of attributes", () => {
    const headers = new Set<number>();
    for (let at = 20; at < sampleRequest.length; at += 4 + ((sampleRequest.readUInt16BE(at + 2) + 3) & ~3))
      for (const offset of [0, 1, 2, 3]) headers.add(at + offset);
    for (let bit = 0; bit < sampleRequest.length * 8; bit++) {
      if (headers.has(bit >> 3)) continue;
      const flipped = Buffer.from(sampleRequest);
      flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(parseStun(flipped).kind, `bit ${bit}`).toBe("refused");
    }
  });

  test("[TU3] each kind of malformed message is refused with its reason", () => {
    const good = buildRequest(METHOD.binding, [textAttribute(ATTRIBUTE.software, "test")]);
    const altered = (change: (bytes: Buffer) => void): Buffer => {
      const bytes = Buffer.from(good);
      change(bytes);
      return bytes;
    };
    const reason = (bytes: Buffer): string => {
      const parsed = parseStun(bytes);
      return parsed.kind === "refused" ? parsed.reason : "none";
    };
    expect(reason(good)).toBe("none");
    expect(reason(good.subarray(0, 19))).toBe("too-short");
    expect(reason(altered((bytes) => bytes.writeUInt8(0x80, 0)))).toBe("not-stun");
    expect(reason(altered((bytes) => bytes.writeUInt32BE(1, 4)))).toBe("not-stun");
    expect(reason(altered((bytes) => bytes.writeUInt16BE(7, 2)))).toBe("bad-length");
    expect(reason(Buffer.concat([good, Buffer.alloc(4)]))).toBe("bad-length");
    expect(reason(altered((bytes) => bytes.writeUInt16BE(5, 22)))).toBe("bad-attribute");
    expect(reason(altered((bytes) => bytes.writeUInt16BE(0x8028, 20)))).toBe("bad-fingerprint");
    expect(reason(buildRequest(METHOD.binding, Array(97).fill(textAttribute(ATTRIBUTE.software, ""))))).toBe(
      "too-many-attributes",
    );
  });

  test("[TU3] attributes behind MESSAGE-INTEGRITY are not read", () => {
    const signed = encodeStun(
      { messageClass: "request", method: METHOD.refresh, transaction: Buffer.alloc(12), attributes: [] },
      { integrityKey: Buffer.from("key"), fingerprint: "omit" },
    );
    const extra = unknownAttributesAttribute([1, 2]);
    const header = Buffer.from([extra.type >> 8, extra.type & 255, 0, 4]);
    const longer = Buffer.concat([signed, header, extra.value]);
    longer.writeUInt16BE(longer.length - 20, 2);
    expect(readMessage(longer).attributes.map(({ type }) => type)).toEqual([ATTRIBUTE.messageIntegrity]);
    expect(integrityHolds(longer, readMessage(longer).integrityAt ?? 0, Buffer.from("key"))).toBe(true);
  });

  test("[TU1] class and method are packed as figure 3 of RFC 8489 shows", () => {
    expect(stunType("request", METHOD.binding)).toBe(0x0001);
    expect(stunType("success", METHOD.binding)).toBe(0x0101);
    expect(stunType("error", METHOD.allocate)).toBe(0x0113);
    expect(stunType("indication", METHOD.data)).toBe(0x0017);
    expect(stunType("request", 0xfff)).toBe(0x3eef);
  });
});
