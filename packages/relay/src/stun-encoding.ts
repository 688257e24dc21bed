import {
  ATTRIBUTE,
  ATTRIBUTE_HEADER_BYTES,
  INTEGRITY_BYTES,
  MAGIC_COOKIE,
  STUN_HEADER_BYTES,
  TRANSACTION_OFFSET,
} from "./specification.ts";
import { type StunAttribute, type StunClass, stunType } from "./stun-message.ts";
import { fingerprintOf, integrityOf } from "./stun-protection.ts";

/** A STUN message to be written. */
export interface OutgoingStun {
  readonly messageClass: StunClass;
  readonly method: number;
  /** 12 bytes; an answer repeats those of the request. */
  readonly transaction: Uint8Array;
  /** Without MESSAGE-INTEGRITY and FINGERPRINT, which are made here. */
  readonly attributes: readonly StunAttribute[];
}

/** What to put behind the attributes. */
export interface StunProtection {
  /** Signs with MESSAGE-INTEGRITY under this key. */
  readonly integrityKey?: Buffer;
  readonly fingerprint: "add" | "omit";
}

/** Writes a STUN message; padding is zero. Throws `RangeError` when an attribute or the whole is longer than 65535 bytes. */
export function encodeStun(message: OutgoingStun, protection: StunProtection): Buffer {
  let size = STUN_HEADER_BYTES;
  for (const { value } of message.attributes) size += ATTRIBUTE_HEADER_BYTES + padded(value.length);
  const integrityAt = size;
  if (protection.integrityKey !== undefined) size += ATTRIBUTE_HEADER_BYTES + INTEGRITY_BYTES;
  const fingerprintAt = size;
  if (protection.fingerprint === "add") size += ATTRIBUTE_HEADER_BYTES + 4;

  const bytes = Buffer.alloc(size);
  bytes.writeUInt16BE(stunType(message.messageClass, message.method), 0);
  bytes.writeUInt16BE(size - STUN_HEADER_BYTES, 2);
  bytes.writeUInt32BE(MAGIC_COOKIE, 4);
  bytes.set(message.transaction, TRANSACTION_OFFSET);
  let at = STUN_HEADER_BYTES;
  for (const { type, value } of message.attributes) {
    writeHeader(bytes, at, type, value.length);
    bytes.set(value, at + ATTRIBUTE_HEADER_BYTES);
    at += ATTRIBUTE_HEADER_BYTES + padded(value.length);
  }
  if (protection.integrityKey !== undefined) {
    writeHeader(bytes, integrityAt, ATTRIBUTE.messageIntegrity, INTEGRITY_BYTES);
    bytes.set(integrityOf(bytes, integrityAt, protection.integrityKey), integrityAt + ATTRIBUTE_HEADER_BYTES);
  }
  if (protection.fingerprint === "add") {
    writeHeader(bytes, fingerprintAt, ATTRIBUTE.fingerprint, 4);
    bytes.writeUInt32BE(fingerprintOf(bytes, fingerprintAt), fingerprintAt + ATTRIBUTE_HEADER_BYTES);
  }
  return bytes;
}

function writeHeader(bytes: Buffer, at: number, type: number, length: number): void {
  bytes.writeUInt16BE(type, at);
  bytes.writeUInt16BE(length, at + 2);
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
