import { CHANNEL_HEADER_BYTES, FIRST_CHANNEL, LAST_CHANNEL } from "./specification.ts";

/** Says whether a datagram from a client is ChannelData by its first byte, 0x40–0x4f (RFC 8656 §12). */
export function isChannelData(bytes: Buffer): boolean {
  return bytes.length >= CHANNEL_HEADER_BYTES && bytes.readUInt8(0) >> 4 === 4;
}

/** The channel number of a datagram for which {@link isChannelData} holds. */
export function channelOf(bytes: Buffer): number {
  return bytes.readUInt16BE(0);
}

/** The payload as a view of the datagram, padding left out; undefined when the length field claims more than there is. */
export function channelPayload(bytes: Buffer): Buffer | undefined {
  const end = CHANNEL_HEADER_BYTES + bytes.readUInt16BE(2);
  return end <= bytes.length ? bytes.subarray(CHANNEL_HEADER_BYTES, end) : undefined;
}

/** Writes ChannelData for UDP, without padding (RFC 8656 §12.5). `payload` must be shorter than 65536 bytes. */
export function encodeChannelData(channel: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(CHANNEL_HEADER_BYTES + payload.length);
  bytes.writeUInt16BE(channel, 0);
  bytes.writeUInt16BE(payload.length, 2);
  payload.copy(bytes, CHANNEL_HEADER_BYTES);
  return bytes;
}

/** Says whether a client may bind this number (RFC 8656 §12.2). */
export function isBindableChannel(channel: number): boolean {
  return channel >= FIRST_CHANNEL && channel <= LAST_CHANNEL;
}
