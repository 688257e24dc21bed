import type { Random } from "@skein/core";
import { FRAME_SAMPLES } from "../sound/opus.ts";
import { createToneSource, type VoiceSource } from "../sound/voice-source.ts";
import { encodeRtp } from "./rtp-packet.ts";

/** One outgoing stream of voice: numbers and stamps packets (RFC 3550 §5.1, RFC 7587 §4). */
export interface VoiceSender {
  readonly ssrc: number;
  /** The next 20 ms as a packet of this payload type. */
  next(payloadType: number): Uint8Array;
  /** Where the sound comes from; `undefined`: silence, which is sent all the same. */
  use(source: VoiceSource | undefined): void;
  readonly packets: number;
  /** Payload bytes. */
  readonly bytes: number;
  /** The stamp of the packet that comes next. */
  readonly timestamp: number;
}

/** Starts a stream at a number and a stamp nobody can foresee. */
export function createVoiceSender(random: Random): VoiceSender {
  const silence = createToneSource(0);
  const start = new DataView(Uint8Array.from(random.bytes(10)).buffer);
  const ssrc = start.getUint32(0);
  let sequence = start.getUint16(4);
  let timestamp = start.getUint32(6);
  let source: VoiceSource = silence;
  let packets = 0;
  let bytes = 0;
  return {
    ssrc,
    next(payloadType) {
      const payload = source.next();
      const marker = packets === 0 ? "set" : "clear";
      const packet = encodeRtp({ payloadType, marker, sequence, timestamp, ssrc, payload });
      sequence = (sequence + 1) % 2 ** 16;
      timestamp = (timestamp + FRAME_SAMPLES) % 2 ** 32;
      packets += 1;
      bytes += payload.byteLength;
      return packet;
    },
    use(next) {
      source = next ?? silence;
    },
    get packets() {
      return packets;
    },
    get bytes() {
      return bytes;
    },
    get timestamp() {
      return timestamp;
    },
  };
}
