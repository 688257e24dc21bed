import { ATTRIBUTE, ERROR_PHRASES, type ErrorCode, FAMILY_IPV4, FAMILY_IPV6, MAGIC_COOKIE } from "./specification.ts";
import type { StunAttribute } from "./stun-message.ts";
import { type TransportAddress, transportAddress } from "./transport-address.ts";

/** What an XOR-…-ADDRESS attribute says. Port 0 is possible. */
export type ReadAddress =
  | { readonly kind: "ipv4"; readonly address: TransportAddress }
  | { readonly kind: "ipv6" }
  | { readonly kind: "malformed" };

/** Reads XOR-PEER-ADDRESS and its like (RFC 8489 §14.2). IPv6 is recognised but not read. */
export function readXorAddress(value: Buffer): ReadAddress {
  if (value.length === 8 && value.readUInt8(1) === FAMILY_IPV4) {
    const port = value.readUInt16BE(2) ^ (MAGIC_COOKIE >>> 16);
    return { kind: "ipv4", address: transportAddress((value.readUInt32BE(4) ^ MAGIC_COOKIE) >>> 0, port) };
  }
  return value.length === 20 && value.readUInt8(1) === FAMILY_IPV6 ? { kind: "ipv6" } : { kind: "malformed" };
}

/** Writes an XOR-…-ADDRESS attribute of this type. */
export function xorAddressAttribute(type: number, address: TransportAddress): StunAttribute {
  const value = Buffer.alloc(8);
  value.writeUInt8(FAMILY_IPV4, 1);
  value.writeUInt16BE(address.port ^ (MAGIC_COOKIE >>> 16), 2);
  value.writeUInt32BE((address.ip ^ MAGIC_COOKIE) >>> 0, 4);
  return { type, value };
}

/** Reads a 32-bit attribute such as LIFETIME; undefined when it has not 4 bytes. */
export function readUint32(value: Buffer): number | undefined {
  return value.length === 4 ? value.readUInt32BE(0) : undefined;
}

/** Writes a 32-bit attribute. */
export function uint32Attribute(type: number, number: number): StunAttribute {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(number);
  return { type, value };
}

/** Reads CHANNEL-NUMBER (RFC 8656 §18.1); undefined when it has not 4 bytes. */
export function readChannelNumber(value: Buffer): number | undefined {
  return value.length === 4 ? value.readUInt16BE(0) : undefined;
}

/** Writes a text attribute as UTF-8. */
export function textAttribute(type: number, text: string): StunAttribute {
  return { type, value: Buffer.from(text, "utf8") };
}

/** Writes ERROR-CODE with the usual phrase (RFC 8489 §14.8). */
export function errorCodeAttribute(code: ErrorCode): StunAttribute {
  return { type: ATTRIBUTE.errorCode, value: errorValue(code, 0) };
}

/** Writes ADDRESS-ERROR-CODE: why one family of a dual allocation was not given (RFC 8656 §18.12). */
export function addressErrorAttribute(code: ErrorCode, family: number): StunAttribute {
  return { type: ATTRIBUTE.addressErrorCode, value: errorValue(code, family) };
}

/** Writes UNKNOWN-ATTRIBUTES (RFC 8489 §14.9). */
export function unknownAttributesAttribute(types: readonly number[]): StunAttribute {
  const value = Buffer.alloc(types.length * 2);
  types.forEach((type, index) => {
    value.writeUInt16BE(type, index * 2);
  });
  return { type: ATTRIBUTE.unknownAttributes, value };
}

function errorValue(code: ErrorCode, family: number): Buffer {
  const head = Buffer.from([family, 0, Math.floor(code / 100), code % 100]);
  return Buffer.concat([head, Buffer.from(ERROR_PHRASES[code], "utf8")]);
}
