/** What an RTP packet carries (RFC 3550 §5.1). Header extensions are skipped, padding is taken off. */
export interface RtpPacket {
  readonly payloadType: number;
  /** First packet after silence (RFC 7587 §4.1). */
  readonly marker: "set" | "clear";
  readonly sequence: number;
  /** In samples of 48 kHz for Opus. */
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

const HEADER_BYTES = 12;

/** Largest payload we send or read, in bytes: an Opus packet has at most 1275 a frame, and a datagram 1200 or so. */
export const MAX_PAYLOAD_BYTES = 1_400;

/** Writes a packet. Throws `RangeError` when the payload is too long: a bug. */
export function encodeRtp({ payloadType, marker, sequence, timestamp, ssrc, payload }: RtpPacket): Uint8Array {
  if (payload.byteLength > MAX_PAYLOAD_BYTES) throw new RangeError(`a payload of ${payload.byteLength} bytes`);
  const packet = new Uint8Array(HEADER_BYTES + payload.byteLength);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x80);
  view.setUint8(1, (marker === "set" ? 0x80 : 0) | payloadType);
  view.setUint16(2, sequence);
  view.setUint32(4, timestamp);
  view.setUint32(8, ssrc);
  packet.set(payload, HEADER_BYTES);
  return packet;
}

/** Reads a packet from the network; `undefined` when it is none, or is RTCP. */
export function parseRtp(bytes: Uint8Array): RtpPacket | undefined {
  if (bytes.byteLength < HEADER_BYTES || isRtcp(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = view.getUint8(0);
  if (first >> 6 !== 2) return undefined;
  let start = HEADER_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) !== 0) {
    if (start + 4 > bytes.byteLength) return undefined;
    start += 4 + 4 * view.getUint16(start + 2);
  }
  const padding = (first & 0x20) === 0 ? 0 : view.getUint8(bytes.byteLength - 1);
  const end = bytes.byteLength - padding;
  if (start > end || end - start > MAX_PAYLOAD_BYTES || ((first & 0x20) !== 0 && padding === 0)) return undefined;
  return {
    payloadType: view.getUint8(1) & 0x7f,
    marker: (view.getUint8(1) & 0x80) === 0 ? "clear" : "set",
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: bytes.subarray(start, end),
  };
}

/** Says whether a packet on a shared port is RTCP (RFC 5761 §4). */
export function isRtcp(bytes: Uint8Array): boolean {
  const type = bytes[1] ?? 0;
  return type >= 192 && type <= 223;
}
