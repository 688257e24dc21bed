import { encodeOggPage, MAX_PAGE_SEGMENTS, segmentsOf } from "./ogg.ts";
import { opusSamples } from "./opus-packet.ts";

/** A recording that grows. */
export interface OggOpusWriter {
  /** Adds a packet; those without sound in them (damaged) are left out. */
  add(packet: Uint8Array): void;
  /** Writes what is left and ends the stream. Idempotent. */
  end(): void;
}

/** Samples a decoder drops at the start (RFC 7845 §4.2): 80 ms, since we join a stream that is under way. */
const PRE_SKIP = 3_840;

/** Packets of one page: a second of sound, so that a recording that is cut off has all but its last second. */
const PAGE_PACKETS = 50;

/** Records Opus packets as an Ogg stream (RFC 7845): mono or stereo as the packets are. `write` takes the bytes in order. */
export function createOggOpusWriter(serial: number, write: (bytes: Uint8Array) => void): OggOpusWriter {
  let sequence = 0;
  let granule = 0n;
  let waiting: Uint8Array[] = [];
  let segments = 0;
  let phase: "open" | "ended" = "open";

  function page(place: "first" | "middle" | "last", packets: readonly Uint8Array[], position: bigint): void {
    write(encodeOggPage({ serial, sequence, granule: position, place, packets }));
    sequence += 1;
  }
  function flush(place: "middle" | "last"): void {
    page(place, waiting, granule);
    waiting = [];
    segments = 0;
  }

  page("first", [identification()], 0n);
  page("middle", [comment()], 0n);
  return {
    add(packet) {
      const samples = opusSamples(packet);
      if (phase === "ended" || samples === 0) return;
      const needed = segmentsOf(packet);
      if (waiting.length >= PAGE_PACKETS || segments + needed > MAX_PAGE_SEGMENTS) flush("middle");
      waiting.push(packet);
      segments += needed;
      granule += BigInt(samples);
    },
    end() {
      if (phase === "ended") return;
      phase = "ended";
      flush("last");
    },
  };
}

/** The channel count is what a player starts with; each packet says by itself whether it is stereo. */
function identification(): Uint8Array {
  const head = new Uint8Array(19);
  const view = new DataView(head.buffer);
  head.set(new TextEncoder().encode("OpusHead"));
  view.setUint8(8, 1);
  view.setUint8(9, 2);
  view.setUint16(10, PRE_SKIP, true);
  view.setUint32(12, 48_000, true);
  return head;
}

function comment(): Uint8Array {
  const vendor = new TextEncoder().encode("skein");
  const tags = new Uint8Array(8 + 4 + vendor.byteLength + 4);
  const view = new DataView(tags.buffer);
  tags.set(new TextEncoder().encode("OpusTags"));
  view.setUint32(8, vendor.byteLength, true);
  tags.set(vendor, 12);
  return tags;
}
