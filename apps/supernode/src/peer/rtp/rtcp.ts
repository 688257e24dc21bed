/** What one side says of the packets it gets from the other (RFC 3550 §6.4.1). */
export interface ReceptionReport {
  /** Whose packets. */
  readonly ssrc: number;
  /** Lost of those expected since the last report, 0 to 1, in steps of 1/256. */
  readonly fractionLost: number;
  readonly packetsLost: number;
  readonly highestSequence: number;
  /** In samples. */
  readonly jitter: number;
  /** Middle 32 bits of the NTP time of the last sender report; 0 when none came. */
  readonly lastSenderReport: number;
  /** Since it came, in units of 1/65536 s. */
  readonly delaySinceLast: number;
}

/** What one side says of the packets it sends. */
export interface SenderInfo {
  /** Middle 32 bits of its NTP time. */
  readonly ntpMiddle: number;
}

/** One of the two kinds of report we read. */
export interface RtcpReport {
  readonly ssrc: number;
  readonly sender: SenderInfo | undefined;
  readonly reports: readonly ReceptionReport[];
}

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const DESCRIPTION = 202;
const BLOCK_BYTES = 24;

/** Largest compound packet we read, in bytes, and most reports in it. */
const MAX_BYTES = 1_400;
const MAX_REPORTS = 32;

/** From 1900, where NTP begins, to 1970, in seconds. */
const NTP_OFFSET_SECONDS = 2_208_988_800;

/** Middle 32 bits of the NTP time of a moment, ms since 1970 (RFC 3550 §4). */
export function ntpMiddle(ms: number): number {
  return Math.floor((ms / 1000 + NTP_OFFSET_SECONDS) * 65_536) % 2 ** 32;
}

/** Makes a compound packet: a sender report with at most one reception report, and our canonical name (RFC 3550 §6.1). */
export function encodeSenderReport(report: {
  readonly ssrc: number;
  /** ms since 1970. */
  readonly now: number;
  readonly timestamp: number;
  readonly packets: number;
  readonly octets: number;
  readonly reception: ReceptionReport | undefined;
  /** At most 250 ASCII characters. */
  readonly name: string;
}): Uint8Array {
  const { ssrc, now, reception } = report;
  const reportBytes = 28 + (reception === undefined ? 0 : BLOCK_BYTES);
  const name = new TextEncoder().encode(report.name);
  const chunkBytes = 4 * Math.ceil((4 + 2 + name.byteLength + 1) / 4);
  const packet = new Uint8Array(reportBytes + 4 + chunkBytes);
  const view = new DataView(packet.buffer);
  view.setUint8(0, 0x80 | (reception === undefined ? 0 : 1));
  view.setUint8(1, SENDER_REPORT);
  view.setUint16(2, reportBytes / 4 - 1);
  view.setUint32(4, ssrc);
  view.setUint32(8, (Math.floor(now / 1000) + NTP_OFFSET_SECONDS) % 2 ** 32);
  view.setUint32(12, Math.floor(((now % 1000) / 1000) * 2 ** 32));
  view.setUint32(16, report.timestamp);
  view.setUint32(20, report.packets % 2 ** 32);
  view.setUint32(24, report.octets % 2 ** 32);
  if (reception !== undefined) writeBlock(view, 28, reception);
  view.setUint8(reportBytes, 0x81);
  view.setUint8(reportBytes + 1, DESCRIPTION);
  view.setUint16(reportBytes + 2, chunkBytes / 4);
  view.setUint32(reportBytes + 4, ssrc);
  view.setUint8(reportBytes + 8, 1);
  view.setUint8(reportBytes + 9, name.byteLength);
  packet.set(name, reportBytes + 10);
  return packet;
}

function writeBlock(view: DataView, at: number, report: ReceptionReport): void {
  view.setUint32(at, report.ssrc);
  view.setUint8(at + 4, Math.min(255, Math.floor(report.fractionLost * 256)));
  view.setUint8(at + 5, (report.packetsLost >> 16) & 0xff);
  view.setUint16(at + 6, report.packetsLost & 0xffff);
  view.setUint32(at + 8, report.highestSequence);
  view.setUint32(at + 12, Math.floor(report.jitter));
  view.setUint32(at + 16, report.lastSenderReport);
  view.setUint32(at + 20, report.delaySinceLast);
}

/** Reads the sender and receiver reports of a compound packet from the network; nothing of one that is malformed. */
export function parseRtcp(bytes: Uint8Array): readonly RtcpReport[] {
  if (bytes.byteLength > MAX_BYTES) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: RtcpReport[] = [];
  let at = 0;
  while (at + 4 <= bytes.byteLength) {
    const lengthBytes = 4 * (view.getUint16(at + 2) + 1);
    if (view.getUint8(at) >> 6 !== 2 || at + lengthBytes > bytes.byteLength) return [];
    const report = readReport(new DataView(bytes.buffer, bytes.byteOffset + at, lengthBytes));
    if (report === "malformed") return [];
    if (report !== undefined) found.push(report);
    at += lengthBytes;
  }
  return at === bytes.byteLength ? found : [];
}

function readReport(view: DataView): RtcpReport | "malformed" | undefined {
  const type = view.getUint8(1);
  if (type !== SENDER_REPORT && type !== RECEIVER_REPORT) return undefined;
  const count = view.getUint8(0) & 0x1f;
  const start = type === SENDER_REPORT ? 28 : 8;
  if (count > MAX_REPORTS || start + count * BLOCK_BYTES > view.byteLength) return "malformed";
  const reports = Array.from({ length: count }, (_, index) => readBlock(view, start + index * BLOCK_BYTES));
  const sender = type === SENDER_REPORT ? { ntpMiddle: middleOf(view.getUint32(8), view.getUint32(12)) } : undefined;
  return { ssrc: view.getUint32(4), sender, reports };
}

function middleOf(seconds: number, fraction: number): number {
  return (seconds % 65_536) * 65_536 + (fraction >>> 16);
}

function readBlock(view: DataView, at: number): ReceptionReport {
  const high = view.getInt8(at + 5);
  return {
    ssrc: view.getUint32(at),
    fractionLost: view.getUint8(at + 4) / 256,
    packetsLost: high * 65_536 + view.getUint16(at + 6),
    highestSequence: view.getUint32(at + 8),
    jitter: view.getUint32(at + 12),
    lastSenderReport: view.getUint32(at + 16),
    delaySinceLast: view.getUint32(at + 20),
  };
}
