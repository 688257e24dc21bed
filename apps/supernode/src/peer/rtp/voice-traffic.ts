import type { Clock } from "@skein/core";
import type { FrameClock } from "./frame-clock.ts";
import { encodeSenderReport, ntpMiddle, parseRtcp } from "./rtcp.ts";
import { isRtcp, parseRtp } from "./rtp-packet.ts";
import type { VoiceReceiver } from "./voice-receiver.ts";
import type { VoiceSender } from "./voice-sender.ts";

/** Voice both ways over whatever carries packets, with its reports. */
export interface VoiceTraffic {
  /** Sends through this from now on. The first call starts the sound. */
  carry(send: (packet: Uint8Array) => void, payloadType: number): void;
  /** Takes a packet from the network. */
  take(bytes: Uint8Array): void;
  /** From their last report on our packets. */
  readonly roundTripMs: number | undefined;
  stop(): void;
}

/** Between two reports, in ms: often enough for a figure each second, 1 % of the bytes. */
const REPORT_MS = 1_000;

/** Our canonical name: says nothing about anybody (RFC 7022 asks for a random one; a call has one stream). */
const NAME = "skein";

/** Starts silent and deaf; sound begins with `carry`. */
export function createVoiceTraffic(
  parts: {
    readonly sender: VoiceSender;
    readonly receiver: VoiceReceiver;
    readonly clock: Clock;
    readonly frames: FrameClock;
  },
  events: { readonly arriving: () => void },
): VoiceTraffic {
  const { sender, receiver, clock, frames } = parts;
  let out: { readonly send: (packet: Uint8Array) => void; readonly payloadType: number } | undefined;
  let unfollow: (() => void) | undefined;
  let roundTripMs: number | undefined;
  let reportAt = 0;
  let arrived: "no" | "yes" = "no";
  let life: "open" | "stopped" = "open";

  function beat(): void {
    out?.send(sender.next(out.payloadType));
    receiver.play();
    if (clock.now() < reportAt) return;
    reportAt = clock.now() + REPORT_MS;
    out?.send(report());
  }

  function report(): Uint8Array {
    const now = clock.now();
    const { ssrc, timestamp, packets, bytes } = sender;
    const reception = receiver.ssrc === undefined ? undefined : receiver.reception.report(receiver.ssrc, now);
    return encodeSenderReport({ ssrc, now, timestamp, packets, octets: bytes, reception, name: NAME });
  }

  function takeReport(bytes: Uint8Array): void {
    const now = clock.now();
    for (const { ssrc, sender: info, reports } of parseRtcp(bytes)) {
      if (info !== undefined && ssrc === receiver.ssrc) receiver.reception.heardReport(info.ntpMiddle, now);
      const ours = reports.find((each) => each.ssrc === sender.ssrc && each.lastSenderReport !== 0);
      if (ours === undefined) continue;
      const units = (ntpMiddle(now) - ours.lastSenderReport - ours.delaySinceLast + 2 ** 33) % 2 ** 32;
      // More than a minute is a clock that was set, or a lie.
      if (units < 60 * 65_536) roundTripMs = (units / 65_536) * 1000;
      else if (units > 2 ** 32 - 65_536) roundTripMs = 0;
    }
  }

  function takeVoice(bytes: Uint8Array): void {
    const packet = parseRtp(bytes);
    if (packet === undefined || packet.payloadType !== (out?.payloadType ?? packet.payloadType)) return;
    receiver.take(packet);
    if (arrived === "no") events.arriving();
    arrived = "yes";
  }

  return {
    carry(send, payloadType) {
      if (life === "stopped") return;
      out = { send, payloadType };
      reportAt ||= clock.now() + REPORT_MS / 2;
      unfollow ??= frames.follow(beat);
    },
    take(bytes) {
      if (life === "stopped") return;
      if (isRtcp(bytes)) takeReport(bytes);
      else takeVoice(bytes);
    },
    get roundTripMs() {
      return roundTripMs;
    },
    stop() {
      life = "stopped";
      unfollow?.();
      out = undefined;
    },
  };
}
