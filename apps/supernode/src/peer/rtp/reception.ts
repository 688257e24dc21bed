import type { ReceptionReport } from "./rtcp.ts";

/** What has come of one source (RFC 3550 appendix A). */
export interface Reception {
  /** Counts a packet that came at `now` (ms). Resolves its number without wrap-around. */
  take(sequence: number, timestamp: number, payloadBytes: number, now: number): number;
  /** Notes a sender report. */
  heardReport(ntpMiddle: number, now: number): void;
  /** What to tell the other side, `undefined` before the first packet. Counts from one call to the next. */
  report(ssrc: number, now: number): ReceptionReport | undefined;
  readonly packets: number;
  readonly bytes: number;
  /** Negative when more came than were sent: duplicates. */
  readonly lost: number;
  /** In seconds. */
  readonly jitterSeconds: number;
}

const RATE_HZ = 48_000;

/** Starts counting. */
export function createReception(): Reception {
  let first: number | undefined;
  let highest = 0;
  let packets = 0;
  let bytes = 0;
  let jitter = 0;
  let transit: number | undefined;
  let before = { expected: 0, packets: 0 };
  let lastReport: { readonly ntpMiddle: number; readonly at: number } | undefined;
  const expected = (): number => (first === undefined ? 0 : highest - first + 1);

  function countJitter(timestamp: number, now: number): void {
    const arrival = Math.floor((now / 1000) * RATE_HZ) % 2 ** 32;
    const next = (arrival - timestamp) | 0;
    if (transit !== undefined) jitter += (Math.abs((next - transit) | 0) - jitter) / 16;
    transit = next;
  }

  return {
    take(sequence, timestamp, payloadBytes, now) {
      const number = first === undefined ? sequence : extend(sequence, highest);
      first ??= number;
      if (number > highest || packets === 0) highest = number;
      packets += 1;
      bytes += payloadBytes;
      countJitter(timestamp, now);
      return number;
    },
    heardReport(ntpMiddle, now) {
      lastReport = { ntpMiddle, at: now };
    },
    report(ssrc, now) {
      if (first === undefined) return undefined;
      const due = expected() - before.expected;
      const missing = due - (packets - before.packets);
      before = { expected: expected(), packets };
      return {
        ssrc,
        fractionLost: due <= 0 || missing <= 0 ? 0 : missing / due,
        packetsLost: Math.max(-0x80_0000, Math.min(0x7f_ffff, expected() - packets)),
        highestSequence: highest % 2 ** 32,
        jitter,
        lastSenderReport: lastReport?.ntpMiddle ?? 0,
        delaySinceLast: lastReport === undefined ? 0 : Math.floor(((now - lastReport.at) / 1000) * 65_536) % 2 ** 32,
      };
    },
    get packets() {
      return packets;
    },
    get bytes() {
      return bytes;
    },
    get lost() {
      return expected() - packets;
    },
    get jitterSeconds() {
      return jitter / RATE_HZ;
    },
  };
}

/** The number nearest to `near` whose last 16 bits are `sequence`. */
function extend(sequence: number, near: number): number {
  const offset = ((sequence - near) << 16) >> 16;
  return near + offset;
}
