import { MAX_ATTRIBUTES } from "./defaults.ts";
import {
  ATTRIBUTE,
  ATTRIBUTE_HEADER_BYTES,
  MAGIC_COOKIE,
  STUN_HEADER_BYTES,
  TRANSACTION_BYTES,
  TRANSACTION_OFFSET,
} from "./specification.ts";
import { fingerprintHolds } from "./stun-protection.ts";

/** The four classes a STUN message may have (RFC 8489 §5). */
export type StunClass = "request" | "indication" | "success" | "error";

/** One attribute; `value` has no padding. */
export interface StunAttribute {
  readonly type: number;
  readonly value: Buffer;
}

/** A STUN message as read. Buffers are views of the datagram, not copies. */
export interface StunMessage {
  readonly messageClass: StunClass;
  readonly method: number;
  /** 12 bytes. */
  readonly transaction: Buffer;
  /** In order, without those behind MESSAGE-INTEGRITY, which are to be ignored (RFC 8489 §14.5). */
  readonly attributes: readonly StunAttribute[];
  /** Where MESSAGE-INTEGRITY starts in `bytes`; undefined when there is none. */
  readonly integrityAt: number | undefined;
  /** The whole datagram. */
  readonly bytes: Buffer;
}

/** Why bytes are not a STUN message. */
export type StunRefusal =
  | "too-short"
  | "not-stun"
  | "bad-length"
  | "bad-attribute"
  | "too-many-attributes"
  | "bad-fingerprint";

/** What reading a datagram gives: a message, or why not. */
export type ParsedStun =
  | { readonly kind: "message"; readonly message: StunMessage }
  | { readonly kind: "refused"; readonly reason: StunRefusal };

const CLASSES: readonly StunClass[] = ["request", "indication", "success", "error"];

/** Reads one datagram as one STUN message. Never throws. A FINGERPRINT, when present, must hold. (RFC 8489 §6.3) */
export function parseStun(bytes: Buffer): ParsedStun {
  if (bytes.length < STUN_HEADER_BYTES) return refused("too-short");
  const type = bytes.readUInt16BE(0);
  if (type > 0x3fff || bytes.readUInt32BE(4) !== MAGIC_COOKIE) return refused("not-stun");
  const length = bytes.readUInt16BE(2);
  if (length % 4 !== 0 || STUN_HEADER_BYTES + length !== bytes.length) return refused("bad-length");

  const read = readAttributes(bytes);
  if (read.kind === "refused") return read;
  return {
    kind: "message",
    message: {
      messageClass: CLASSES[((type >> 7) & 2) | ((type >> 4) & 1)] as StunClass,
      method: ((type >> 2) & 0xf80) | ((type >> 1) & 0x70) | (type & 0xf),
      transaction: bytes.subarray(TRANSACTION_OFFSET, TRANSACTION_OFFSET + TRANSACTION_BYTES),
      attributes: read.attributes,
      integrityAt: read.integrityAt,
      bytes,
    },
  };
}

/** The 14-bit type field of a class and method (RFC 8489 §5, figure 3). */
export function stunType(messageClass: StunClass, method: number): number {
  const bits = CLASSES.indexOf(messageClass);
  return ((method & 0xf80) << 2) | ((method & 0x70) << 1) | (method & 0xf) | ((bits & 2) << 7) | ((bits & 1) << 4);
}

/** The value of the first attribute of a type; later ones of the same type do not count (RFC 8489 §14). */
export function attributeValue(message: StunMessage, type: number): Buffer | undefined {
  return message.attributes.find((attribute) => attribute.type === type)?.value;
}

type ReadAttributes =
  | {
      readonly kind: "attributes";
      readonly attributes: readonly StunAttribute[];
      readonly integrityAt: number | undefined;
    }
  | { readonly kind: "refused"; readonly reason: StunRefusal };

function readAttributes(bytes: Buffer): ReadAttributes {
  const attributes: StunAttribute[] = [];
  let integrityAt: number | undefined;
  let count = 0;
  let next: number;
  for (let at = STUN_HEADER_BYTES; at < bytes.length; at = next) {
    if (++count > MAX_ATTRIBUTES) return refused("too-many-attributes");
    const type = bytes.readUInt16BE(at);
    const start = at + ATTRIBUTE_HEADER_BYTES;
    const end = start + bytes.readUInt16BE(at + 2);
    next = (end + 3) & ~3;
    if (next > bytes.length) return refused("bad-attribute");
    const isFingerprint = type === ATTRIBUTE.fingerprint;
    if (isFingerprint && !(next === bytes.length && fingerprintHolds(bytes, at))) return refused("bad-fingerprint");
    if (!isFingerprint && integrityAt === undefined) attributes.push({ type, value: bytes.subarray(start, end) });
    if (type === ATTRIBUTE.messageIntegrity) integrityAt ??= at;
  }
  return { kind: "attributes", attributes, integrityAt };
}

function refused(reason: StunRefusal): { readonly kind: "refused"; readonly reason: StunRefusal } {
  return { kind: "refused", reason };
}
