import type { NativeConnection, NativeEvents, NativeMedia } from "../../src/peer/native/native-media.ts";
import type { NativeFigures, NativeOptions } from "../../src/peer/native/native-messages.ts";

/** A native connection of a test: does nothing by itself. */
export interface FakeNative {
  readonly options: NativeOptions;
  readonly events: NativeEvents;
  readonly sent: Uint8Array[];
  readonly candidates: string[];
  readonly ufrag: string;
  /** Their description, once it came. */
  readonly theirs: string;
  readonly life: "open" | "closed";
  /** What it says of its pair from now on. */
  pair: NativeFigures["local"];
}

/** What a browser's description looks like to us: it does not speak of new connections. */
export function browserDescription(ufrag: string): string {
  return `v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=ice-ufrag:${ufrag}\r\n`;
}

/** What one of our own kind says. */
export function ownDescription(ufrag: string): string {
  return `v=0\r\na=skein-restart:new-connection\r\n${browserDescription(ufrag).slice(5)}`;
}

/** Native media that only keep account. */
export function createFakeNative(): { readonly media: NativeMedia; readonly made: FakeNative[] } {
  const made: FakeNative[] = [];
  const media: NativeMedia = {
    connect(options, events) {
      let theirs = "";
      let life: FakeNative["life"] = "open";
      const fake: FakeNative = {
        options,
        events,
        sent: [],
        candidates: [],
        ufrag: `own${made.length}`,
        pair: undefined,
        get theirs() {
          return theirs;
        },
        get life() {
          return life;
        },
      };
      made.push(fake);
      const connection: NativeConnection = {
        offer: async () => ownDescription(fake.ufrag),
        async answer(offer) {
          theirs = offer;
          return ownDescription(fake.ufrag);
        },
        async accept(answer) {
          theirs = answer;
        },
        addCandidate: (text) => void fake.candidates.push(text),
        send: (packet) => void fake.sent.push(packet),
        figures: async () => ({ local: fake.pair, remote: fake.pair, remoteFingerprint: "AB:CD" }),
        close() {
          life = "closed";
        },
      };
      return connection;
    },
    close: () => {},
  };
  return { media, made };
}
