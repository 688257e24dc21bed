/** Numbers that client and server must agree on. Source: RFC 8489 (STUN) and RFC 8656 (TURN). */

/** Bytes 4–7 of every STUN message (RFC 8489 §5). */
export const MAGIC_COOKIE: number = 0x2112a442;

/** Length of the STUN header in bytes (RFC 8489 §5). */
export const STUN_HEADER_BYTES: number = 20;

/** Offset and length of the transaction id in the header, in bytes. */
export const TRANSACTION_OFFSET: number = 8;
export const TRANSACTION_BYTES: number = 12;

/** Type and length in front of every attribute value, in bytes (RFC 8489 §14). */
export const ATTRIBUTE_HEADER_BYTES: number = 4;

/** Length of an HMAC-SHA1, the value of MESSAGE-INTEGRITY, in bytes. */
export const INTEGRITY_BYTES: number = 20;

/** The CRC of FINGERPRINT is xored with this, so that it differs from other CRCs in the packet (RFC 8489 §14.7). */
export const FINGERPRINT_XOR: number = 0x5354554e;

/** Methods of STUN and TURN (RFC 8489 §18.2, RFC 8656 §17). */
export const METHOD = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;

/** Attributes this server reads or writes (RFC 8489 §18.3, RFC 8656 §18). */
export const ATTRIBUTE = {
  username: 0x0006,
  messageIntegrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  xorPeerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  xorRelayedAddress: 0x0016,
  requestedAddressFamily: 0x0017,
  evenPort: 0x0018,
  requestedTransport: 0x0019,
  dontFragment: 0x001a,
  messageIntegritySha256: 0x001c,
  xorMappedAddress: 0x0020,
  reservationToken: 0x0022,
  additionalAddressFamily: 0x8000,
  addressErrorCode: 0x8001,
  software: 0x8022,
  fingerprint: 0x8028,
} as const;

/** Attribute types below this must be understood by the receiver (RFC 8489 §14). */
export const COMPREHENSION_OPTIONAL_FROM: number = 0x8000;

/** Error codes with the phrase that goes with each (RFC 8489 §14.8, RFC 8656 §19). */
export const ERROR_PHRASES = {
  400: "Bad Request",
  401: "Unauthenticated",
  403: "Forbidden",
  420: "Unknown Attribute",
  437: "Allocation Mismatch",
  438: "Stale Nonce",
  440: "Address Family not Supported",
  441: "Wrong Credentials",
  442: "Unsupported Transport Protocol",
  443: "Peer Address Family Mismatch",
  486: "Allocation Quota Reached",
  508: "Insufficient Capacity",
} as const;

/** An error code this server answers with. */
export type ErrorCode = keyof typeof ERROR_PHRASES;

/** Address families in attributes (RFC 8489 §14.1). */
export const FAMILY_IPV4: number = 0x01;
export const FAMILY_IPV6: number = 0x02;

/** The protocol number of UDP, the only REQUESTED-TRANSPORT served here (RFC 8656 §18.8). */
export const PROTOCOL_UDP: number = 17;

/** Channel numbers a client may bind (RFC 8656 §12); the first byte tells ChannelData from STUN. */
export const FIRST_CHANNEL: number = 0x4000;
export const LAST_CHANNEL: number = 0x4fff;

/** Channel number and length in front of channel data, in bytes (RFC 8656 §12.4). */
export const CHANNEL_HEADER_BYTES: number = 4;

/** Life of an allocation unless asked otherwise, ms (RFC 8656 §3.2). */
export const DEFAULT_LIFETIME_MS: number = 600_000;

/** Life of a permission, ms; the RFC allows no other (RFC 8656 §9). */
export const PERMISSION_LIFETIME_MS: number = 300_000;

/** Life of a channel binding, ms (RFC 8656 §12). */
export const CHANNEL_LIFETIME_MS: number = 600_000;

/** How long a client may repeat a request, so how long its answer is kept, ms (RFC 8489 §6.3.1). */
export const ANSWER_KEPT_MS: number = 40_000;

/** Starts every nonce; the four letters are the security feature bits, none set (RFC 8489 §9.2). */
export const NONCE_COOKIE: string = "obMatJos2AAAA";
