import type { Media, PeerConnection, PeerConnectionEvents, StatisticsEntry } from "@skein/calls";
import { MicrophoneError } from "@skein/calls";
import type { Random } from "@skein/core";

/** Sound in this process: connections come up as soon as both descriptions are there, and nothing is heard. */
export interface FakeMedia extends Media {
  /** Microphones open now, by device. */
  readonly microphones: ReadonlySet<string>;
  /** Connections that are not closed. */
  readonly connections: number;
}

/** Makes it. The microphone `broken` does not open. */
export function createFakeMedia(random: Random): FakeMedia {
  const microphones = new Set<string>();
  const open = new Set<PeerConnection>();
  return {
    microphones,
    get connections() {
      return open.size;
    },
    async openMicrophone(device) {
      if (device === "broken") throw new MicrophoneError("failed");
      microphones.add(device);
      return { device, setMuted() {}, onLost() {}, close: () => void microphones.delete(device) };
    },
    createPeerConnection(_options, events) {
      const connection = fakeConnection(random, events, () => open.delete(connection));
      open.add(connection);
      return connection;
    },
    play() {},
    stopPlaying() {},
    devices: async () => ({ inputs: [{ id: "", name: "" }], outputs: [] }),
    chooseSpeaker: (device) => (device === "gone" ? Promise.reject(new Error("no such speaker")) : Promise.resolve()),
  };
}

function fakeConnection(random: Random, events: PeerConnectionEvents, closed: () => void): PeerConnection {
  const own = [...random.bytes(32)];
  const hex = (bytes: readonly number[]): string => bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const description = (setup: string): string =>
    [
      "v=0",
      "o=- 1 1 IN IP4 127.0.0.1",
      "s=-",
      "t=0 0",
      "m=audio 9 UDP/TLS/RTP/SAVPF 111",
      "c=IN IP4 0.0.0.0",
      `a=ice-ufrag:${hex(own.slice(0, 4))}`,
      `a=ice-pwd:${hex(own.slice(0, 16))}`,
      `a=fingerprint:sha-256 ${own.map((byte) => hex([byte]).toUpperCase()).join(":")}`,
      `a=setup:${setup}`,
      "",
    ].join("\r\n");
  let theirs: Uint8Array | undefined;

  function connect(sdp: string): void {
    const fingerprint = /a=fingerprint:sha-256 (\S+)/.exec(sdp)?.[1] ?? "";
    theirs = Uint8Array.from(fingerprint.split(":"), (byte) => Number.parseInt(byte, 16));
    events.state("connected");
    events.arriving();
  }
  return {
    offer: async () => description("actpass"),
    async answer(offer) {
      connect(offer);
      return description("active");
    },
    accept: async (answer) => connect(answer),
    addCandidate: async () => {},
    configure() {},
    send: async () => {},
    remoteFingerprint: async () => theirs,
    statistics: async () => DIRECT_PAIR,
    close: closed,
  };
}

/** What a browser reports of a connection between two host candidates. */
const DIRECT_PAIR: readonly StatisticsEntry[] = [
  { id: "T", type: "transport", selectedCandidatePairId: "P" },
  { id: "P", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", currentRoundTripTime: 0.02 },
  { id: "L", type: "local-candidate", candidateType: "host" },
  { id: "R", type: "remote-candidate", candidateType: "host" },
];
