import { createDecoder, FRAME_SAMPLES, SAMPLE_RATE_HZ } from "../sound/opus.ts";
import { concealment } from "../sound/opus-packet.ts";
import { createJitterBuffer } from "./jitter-buffer.ts";
import { createReception, type Reception } from "./reception.ts";
import type { RtpPacket } from "./rtp-packet.ts";

/** What listens to a voice. Each is called once for every 20 ms, or once a packet. */
export interface VoiceListener {
  /** Samples as they would be played. */
  frame?(samples: Int16Array): void;
  /** Packets in order, one in place of each that was lost. */
  packet?(packet: Uint8Array): void;
}

/** Counters of what was played, named after W3C webrtc-stats. */
export interface PlayedCounters {
  readonly jitterBufferDelaySeconds: number;
  readonly jitterBufferEmitted: number;
  readonly samplesReceived: number;
  readonly samplesConcealed: number;
  readonly audioEnergy: number;
}

/** One incoming stream of voice. */
export interface VoiceReceiver {
  readonly reception: Reception;
  /** Whose stream it is; `undefined` before the first packet. */
  readonly ssrc: number | undefined;
  readonly played: PlayedCounters;
  take(packet: RtpPacket): void;
  /** Plays the next 20 ms. */
  play(): void;
  /** Returns how to stop. */
  listen(listener: VoiceListener): () => void;
}

/** Starts with nothing. `now`: ms since 1970. The first source that speaks is the one that is heard: a call has one. */
export function createVoiceReceiver(now: () => number): VoiceReceiver {
  const reception = createReception();
  const buffer = createJitterBuffer();
  const decode = createDecoder();
  const listeners = new Set<VoiceListener>();
  const played = {
    jitterBufferDelaySeconds: 0,
    jitterBufferEmitted: 0,
    samplesReceived: 0,
    samplesConcealed: 0,
    audioEnergy: 0,
  };
  let ssrc: number | undefined;
  let last: Uint8Array | undefined;
  let ready: Int16Array = new Int16Array();

  /** What comes next, one packet long; `undefined` when there is nothing to play. */
  function nextSamples(): Int16Array | undefined {
    const due = buffer.take();
    if (due.kind === "packet") {
      const { payload, arrivedAt } = due.packet;
      const samples = sound(payload);
      played.jitterBufferDelaySeconds += ((now() - arrivedAt) / 1000) * samples.length;
      played.jitterBufferEmitted += samples.length;
      return samples;
    }
    if (due.kind === "empty" || last === undefined) return undefined;
    const samples = sound(concealment(last));
    played.samplesConcealed += samples.length;
    return samples;
  }

  function sound(packet: Uint8Array): Int16Array {
    last = packet;
    for (const listener of listeners) listener.packet?.(packet);
    return decode(packet) ?? new Int16Array(FRAME_SAMPLES);
  }

  /** Decodes until there is enough for a frame; leaves it short when there is nothing to decode. */
  function fill(): void {
    while (ready.length < FRAME_SAMPLES) {
      const samples = nextSamples();
      if (samples === undefined) return;
      ready = joined(ready, samples);
    }
  }

  return {
    reception,
    played,
    get ssrc() {
      return ssrc;
    },
    take(packet) {
      ssrc ??= packet.ssrc;
      if (packet.ssrc !== ssrc || packet.payload.byteLength === 0) return;
      const at = now();
      const number = reception.take(packet.sequence, packet.timestamp, packet.payload.byteLength, at);
      buffer.put({ number, payload: packet.payload, arrivedAt: at });
    },
    play() {
      if (ssrc === undefined) return;
      fill();
      const frame = new Int16Array(FRAME_SAMPLES);
      frame.set(ready.subarray(0, FRAME_SAMPLES));
      const missing = Math.max(0, FRAME_SAMPLES - ready.length);
      ready = ready.subarray(FRAME_SAMPLES);
      // Before the first sound nothing is missing yet.
      if (last === undefined) return;
      played.samplesReceived += FRAME_SAMPLES;
      played.samplesConcealed += missing;
      played.audioEnergy += energyOf(frame);
      for (const listener of listeners) listener.frame?.(frame);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

function joined(one: Int16Array, other: Int16Array): Int16Array {
  if (one.length === 0) return other;
  const both = new Int16Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

/** Sum of squared sample values times duration (W3C webrtc-stats, totalAudioEnergy). */
function energyOf(frame: Int16Array): number {
  let sum = 0;
  for (const sample of frame) sum += (sample / 32_768) ** 2;
  return sum / SAMPLE_RATE_HZ;
}
