import { mintCredential, type TurnCredential } from "../src/credentials.ts";
import { ATTRIBUTE, METHOD, PROTOCOL_UDP } from "../src/specification.ts";
import {
  readUint32,
  readXorAddress,
  textAttribute,
  uint32Attribute,
  xorAddressAttribute,
} from "../src/stun-attributes.ts";
import { encodeStun } from "../src/stun-encoding.ts";
import { attributeValue, parseStun, type StunAttribute, type StunMessage } from "../src/stun-message.ts";
import { longTermKey } from "../src/stun-protection.ts";
import { parseTransportAddress, type TransportAddress } from "../src/transport-address.ts";

export const REALM = "skein.test";
export const SECRET = "a secret of the test relay";

/** What a client signs with. */
export interface Signer {
  readonly username: string;
  readonly password: string;
  readonly realm: string;
  readonly nonce: string;
}

export function address(host: string, port: number): TransportAddress {
  const parsed = parseTransportAddress(host, port);
  if (parsed === undefined) throw new RangeError(`not an address: ${host}:${port}`);
  return parsed;
}

export function credentialFor(id: string, expiresAt: number): TurnCredential {
  return mintCredential({ secret: SECRET, id, expiresAt });
}

/** A transaction id nobody else in this run has. */
export function nextTransaction(): Buffer {
  const transaction = Buffer.alloc(12, 0x5a);
  transaction.writeUInt32BE(++transactions, 8);
  return transaction;
}
let transactions = 0;

export function keyOf(signer: Signer): Buffer {
  return longTermKey(signer.username, signer.realm, signer.password);
}

export function buildRequest(
  method: number,
  attributes: readonly StunAttribute[],
  signer?: Signer,
  transaction: Buffer = nextTransaction(),
): Buffer {
  if (signer === undefined)
    return encodeStun({ messageClass: "request", method, transaction, attributes }, { fingerprint: "omit" });
  const all = [
    ...attributes,
    textAttribute(ATTRIBUTE.username, signer.username),
    textAttribute(ATTRIBUTE.realm, signer.realm),
    textAttribute(ATTRIBUTE.nonce, signer.nonce),
  ];
  return encodeStun(
    { messageClass: "request", method, transaction, attributes: all },
    { integrityKey: keyOf(signer), fingerprint: "omit" },
  );
}

export function sendIndication(peer: TransportAddress, payload: Buffer, more: readonly StunAttribute[] = []): Buffer {
  const attributes = [
    xorAddressAttribute(ATTRIBUTE.xorPeerAddress, peer),
    { type: ATTRIBUTE.data, value: payload },
    ...more,
  ];
  return encodeStun(
    { messageClass: "indication", method: METHOD.send, transaction: nextTransaction(), attributes },
    { fingerprint: "omit" },
  );
}

export const UDP: StunAttribute = { type: ATTRIBUTE.requestedTransport, value: Buffer.from([PROTOCOL_UDP, 0, 0, 0]) };
export const lifetime = (seconds: number): StunAttribute => uint32Attribute(ATTRIBUTE.lifetime, seconds);
export const peer = (at: TransportAddress): StunAttribute => xorAddressAttribute(ATTRIBUTE.xorPeerAddress, at);
export const channelNumber = (number: number): StunAttribute =>
  uint32Attribute(ATTRIBUTE.channelNumber, number * 65_536);

/** An XOR-PEER-ADDRESS of the IPv6 family. */
export const IPV6_PEER: StunAttribute = {
  type: ATTRIBUTE.xorPeerAddress,
  value: Buffer.concat([Buffer.from([0, 2, 0x12, 0x34]), Buffer.alloc(16, 7)]),
};

/** A message that must be readable, for looking at answers. */
export function readMessage(bytes: Buffer): StunMessage {
  const parsed = parseStun(bytes);
  if (parsed.kind === "refused") throw new Error(`not a STUN message: ${parsed.reason}`);
  return parsed.message;
}

/** The error code of an answer; undefined for a success. */
export function errorCode(message: StunMessage): number | undefined {
  const value = attributeValue(message, ATTRIBUTE.errorCode);
  return value === undefined ? undefined : value.readUInt8(2) * 100 + value.readUInt8(3);
}

export function textOf(message: StunMessage, type: number): string | undefined {
  return attributeValue(message, type)?.toString("utf8");
}

export function lifetimeOf(message: StunMessage): number | undefined {
  const value = attributeValue(message, ATTRIBUTE.lifetime);
  return value === undefined ? undefined : readUint32(value);
}

/** An address attribute as `host:port`; undefined when it is not there. */
export function addressOf(message: StunMessage, type: number): TransportAddress | undefined {
  const value = attributeValue(message, type);
  const read = value === undefined ? undefined : readXorAddress(value);
  return read?.kind === "ipv4" ? read.address : undefined;
}
