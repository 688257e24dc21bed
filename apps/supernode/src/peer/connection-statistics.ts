import type { StatisticsEntry } from "@skein/calls";
import type { NativeFigures } from "./native/native-messages.ts";
import type { VoiceReceiver } from "./rtp/voice-receiver.ts";
import type { VoiceSender } from "./rtp/voice-sender.ts";

/** What a connection knows of itself. */
export interface ConnectionFacts {
  readonly sender: VoiceSender;
  readonly receiver: VoiceReceiver;
  /** From their reports of our packets; `undefined` before the first. */
  readonly roundTripMs: number | undefined;
  readonly native: NativeFigures | undefined;
}

/** The facts in the form browsers give them (W3C webrtc-stats), as far as calls read them. */
export function statisticsOf({ sender, receiver, roundTripMs, native }: ConnectionFacts): readonly StatisticsEntry[] {
  const { reception, played } = receiver;
  const seconds = roundTripMs === undefined ? {} : { roundTripTime: roundTripMs / 1000 };
  return [
    {
      id: "inbound",
      type: "inbound-rtp",
      kind: "audio",
      packetsReceived: reception.packets,
      packetsLost: Math.max(0, reception.lost),
      bytesReceived: reception.bytes,
      jitter: reception.jitterSeconds,
      jitterBufferDelay: played.jitterBufferDelaySeconds,
      jitterBufferEmittedCount: played.jitterBufferEmitted,
      totalSamplesReceived: played.samplesReceived,
      concealedSamples: played.samplesConcealed,
      totalAudioEnergy: played.audioEnergy,
    },
    { id: "outbound", type: "outbound-rtp", kind: "audio", packetsSent: sender.packets, bytesSent: sender.bytes },
    { id: "remote-inbound", type: "remote-inbound-rtp", kind: "audio", ...seconds },
    ...pairOf(native),
  ];
}

function pairOf(native: NativeFigures | undefined): readonly StatisticsEntry[] {
  const { local, remote } = native ?? {};
  if (local === undefined || remote === undefined) return [];
  return [
    { id: "transport", type: "transport", selectedCandidatePairId: "pair" },
    { id: "pair", type: "candidate-pair", localCandidateId: "local", remoteCandidateId: "remote" },
    // libjuice has no relays but those over UDP, and does not tell which of them a candidate belongs to.
    {
      id: "local",
      type: "local-candidate",
      candidateType: local.type,
      ...(local.type === "relay" ? { relayProtocol: "udp" } : {}),
    },
    { id: "remote", type: "remote-candidate", candidateType: remote.type },
  ];
}
