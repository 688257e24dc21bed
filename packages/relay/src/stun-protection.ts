import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { crc32 } from "node:zlib";
import { ATTRIBUTE_HEADER_BYTES, FINGERPRINT_XOR, INTEGRITY_BYTES, STUN_HEADER_BYTES } from "./specification.ts";

/** The 16-byte integrity key of the long-term mechanism: MD5(user:realm:password) (RFC 8489 §9.2.2). */
export function longTermKey(username: string, realm: string, password: string): Buffer {
  return createHash("md5").update(`${username}:${realm}:${password}`).digest();
}

/**
 * HMAC-SHA1 over the message up to `integrityAt`, with the length field counting to the end of MESSAGE-INTEGRITY
 * (RFC 8489 §14.5). `bytes` must reach at least to `integrityAt`.
 */
export function integrityOf(bytes: Buffer, integrityAt: number, key: Buffer): Buffer {
  const length = Buffer.allocUnsafe(2);
  length.writeUInt16BE(integrityAt + ATTRIBUTE_HEADER_BYTES + INTEGRITY_BYTES - STUN_HEADER_BYTES);
  return createHmac("sha1", key)
    .update(bytes.subarray(0, 2))
    .update(length)
    .update(bytes.subarray(4, integrityAt))
    .digest();
}

/** Says whether MESSAGE-INTEGRITY at `integrityAt` was made with this key. Constant time. */
export function integrityHolds(bytes: Buffer, integrityAt: number, key: Buffer): boolean {
  const start = integrityAt + ATTRIBUTE_HEADER_BYTES;
  if (bytes.length < start + INTEGRITY_BYTES || bytes.readUInt16BE(integrityAt + 2) !== INTEGRITY_BYTES) return false;
  return timingSafeEqual(bytes.subarray(start, start + INTEGRITY_BYTES), integrityOf(bytes, integrityAt, key));
}

/** The value of a FINGERPRINT at `at`: CRC-32 of all before it, xored (RFC 8489 §14.7). */
export function fingerprintOf(bytes: Buffer, at: number): number {
  return (crc32(bytes.subarray(0, at)) ^ FINGERPRINT_XOR) >>> 0;
}

/** Says whether the FINGERPRINT attribute at `at` matches the message. */
export function fingerprintHolds(bytes: Buffer, at: number): boolean {
  const start = at + ATTRIBUTE_HEADER_BYTES;
  return (
    bytes.length >= start + 4 &&
    bytes.readUInt16BE(at + 2) === 4 &&
    bytes.readUInt32BE(start) === fingerprintOf(bytes, at)
  );
}
