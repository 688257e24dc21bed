import { type Random, toBase64Url } from "@skein/core";
import {
  type Media,
  type Microphone,
  MicrophoneError,
  type PeerConnection,
  type PeerConnectionEvents,
  type PeerConnectionOptions,
} from "../media/media.ts";
import type { StatisticsEntry } from "../quality/statistics.ts";
import type { MicrophoneFault } from "../reasons.ts";

/** A microphone that records nothing. */
export interface FakeMicrophone extends Microphone {
  readonly muted: boolean;
  readonly closed: boolean;
  /** Pulls the plug. */
  unplug(): void;
}

/** A connection without packets. It comes up when both ends hold each other's descriptions and a candidate each. */
export interface FakeConnection extends PeerConnection {
  readonly options: PeerConnectionOptions;
  readonly microphone: FakeMicrophone | undefined;
  readonly closed: boolean;
  /** What was asked of it, in order: `offer`, `offer restart`, `answer`, `accept`, `candidate`, `configure`, `send`. */
  readonly asked: readonly string[];
  /** Tells its owner something, as a browser would. */
  tell(fact: Parameters<PeerConnectionEvents["state"]>[0]): void;
  /** Says it proved this certificate, whatever its description says. */
  forge(fingerprint: Uint8Array): void;
}

/** Media of one device, with everything it made at hand. */
export interface FakeMedia extends Media {
  readonly microphones: readonly FakeMicrophone[];
  readonly connections: readonly FakeConnection[];
  /** Whether their voice is being played. */
  readonly playing: boolean;
  /** The next microphones fail like this, or open again. */
  refuse(fault: MicrophoneFault | undefined): void;
  /** From now on no relay answers: no relayed candidates. */
  withoutRelays(): void;
}

/** Where the connections of several {@link FakeMedia} find each other. */
export interface FakeAir {
  media(): FakeMedia;
}

/** One end as the air sees it. */
interface End {
  readonly local: { ufrag: string; readonly fingerprint: string };
  remote: { readonly ufrag: string; readonly fingerprint: string } | undefined;
  candidates: number;
  state: "new" | "connected" | "closed";
  readonly events: PeerConnectionEvents;
}

/** An air through which connections are made. For tests of drivers only: it proves nothing about browsers. */
export function createFakeAir(random: Random): FakeAir {
  const ends = new Set<End>();

  function partnerOf(end: End): End | undefined {
    return [...ends].find((other) => knows(end, other) && knows(other, end));
  }

  /** Tells both ends once they can reach each other. */
  function settle(end: End): void {
    const partner = partnerOf(end);
    if (partner === undefined || end.candidates === 0 || partner.candidates === 0) return;
    for (const each of [end, partner]) {
      if (each.state !== "new") continue;
      each.state = "connected";
      queueMicrotask(() => each.events.state("connected"));
    }
  }

  return { media: () => createFakeMedia(random, { ends, settle, partnerOf }) };
}

interface Air {
  readonly ends: Set<End>;
  settle(end: End): void;
  partnerOf(end: End): End | undefined;
}

function createFakeMedia(random: Random, air: Air): FakeMedia {
  const microphones: FakeMicrophone[] = [];
  const connections: FakeConnection[] = [];
  let fault: MicrophoneFault | undefined;
  let playing = false;
  let relays: "there" | "gone" = "there";
  return {
    microphones,
    connections,
    get playing() {
      return playing;
    },
    refuse(next) {
      fault = next;
    },
    withoutRelays() {
      relays = "gone";
    },
    async openMicrophone(device, signal) {
      signal.throwIfAborted();
      if (fault !== undefined) throw new MicrophoneError(fault);
      const microphone = createFakeMicrophone(device);
      microphones.push(microphone);
      return microphone;
    },
    createPeerConnection(options, events) {
      const connection = createFakeConnection(options, events, random, air, () => relays === "there");
      connections.push(connection);
      return connection;
    },
    play() {
      playing = true;
    },
    stopPlaying() {
      playing = false;
    },
    devices: async () => ({ inputs: [{ id: "usual", name: "Usual" }], outputs: [] }),
    chooseSpeaker: async () => {},
  };
}

function createFakeMicrophone(device: string): FakeMicrophone {
  let muted = false;
  let closed = false;
  const listeners: (() => void)[] = [];
  return {
    device,
    get muted() {
      return muted;
    },
    get closed() {
      return closed;
    },
    setMuted(next) {
      muted = next;
    },
    onLost: (listener) => void listeners.push(listener),
    unplug() {
      for (const listener of listeners) listener();
    },
    close() {
      closed = true;
    },
  };
}

function createFakeConnection(
  first: PeerConnectionOptions,
  events: PeerConnectionEvents,
  random: Random,
  air: Air,
  hasRelays: () => boolean,
): FakeConnection {
  const end: End = {
    local: { ufrag: freshUfrag(random), fingerprint: colons(random.bytes(32)) },
    remote: undefined,
    candidates: 0,
    state: "new",
    events,
  };
  const asked: string[] = [];
  let options = first;
  let microphone: FakeMicrophone | undefined;
  let forged: Uint8Array | undefined;
  let seen = "";
  air.ends.add(end);

  function describe(setup: "actpass" | "active"): string {
    queueMicrotask(gather);
    return fakeDescription({ ...end.local, setup });
  }

  function gather(): void {
    if (options.policy === "all") events.candidate(line("host", 2_130_706_431), end.local.ufrag);
    if (hasRelays()) events.candidate(`${line("relay", 16_777_215)} raddr 192.0.2.1 rport 9`, end.local.ufrag);
    events.gathered();
  }

  function hear(sdp: string): void {
    end.remote = { ufrag: attribute(sdp, "ice-ufrag"), fingerprint: attribute(sdp, "fingerprint") };
    if (seen !== end.remote.ufrag) end.candidates = 0;
    seen = end.remote.ufrag;
    events.voice({ voice: sdp });
  }

  function restart(): void {
    end.local.ufrag = freshUfrag(random);
  }

  return {
    get options() {
      return options;
    },
    get microphone() {
      return microphone;
    },
    get closed() {
      return end.state === "closed";
    },
    asked,
    tell: (fact) => events.state(fact),
    forge(fingerprint) {
      forged = fingerprint;
    },
    async offer({ restart: again }) {
      asked.push(again ? "offer restart" : "offer");
      if (again) restart();
      return describe("actpass");
    },
    async answer(sdp) {
      asked.push("answer");
      if (end.remote !== undefined && attribute(sdp, "ice-ufrag") !== end.remote.ufrag) restart();
      hear(sdp);
      return describe("active");
    },
    async accept(sdp) {
      asked.push("accept");
      hear(sdp);
    },
    async addCandidate() {
      asked.push("candidate");
      end.candidates += 1;
      air.settle(end);
    },
    configure(next) {
      asked.push("configure");
      options = next;
    },
    async send(next) {
      asked.push("send");
      microphone = next as FakeMicrophone;
      air.partnerOf(end)?.events.arriving();
    },
    async remoteFingerprint() {
      const partner = air.partnerOf(end);
      return forged ?? (partner === undefined ? undefined : bytesOf(partner.local.fingerprint));
    },
    statistics: async () => statisticsOf(options),
    close() {
      if (end.state === "closed") return;
      const partner = air.partnerOf(end);
      end.state = "closed";
      air.ends.delete(end);
      queueMicrotask(() => partner?.events.state("closed"));
    },
  };
}

/** A minimal description that passes every check. */
export function fakeDescription(parts: {
  readonly ufrag: string;
  readonly fingerprint: string;
  readonly setup: "actpass" | "active";
}): string {
  return [
    "v=0",
    "o=- 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "m=audio 9 UDP/TLS/RTP/SAVPF 111",
    "c=IN IP4 0.0.0.0",
    `a=ice-ufrag:${parts.ufrag}`,
    `a=ice-pwd:${parts.ufrag.repeat(3)}`,
    `a=fingerprint:sha-256 ${parts.fingerprint}`,
    `a=setup:${parts.setup}`,
    "a=mid:0",
    "a=sendrecv",
    "a=rtpmap:111 opus/48000/2",
    "",
  ].join("\r\n");
}

function knows(one: End, other: End): boolean {
  return one.remote?.ufrag === other.local.ufrag && one.remote.fingerprint === `sha-256 ${other.local.fingerprint}`;
}

function statisticsOf({ policy }: PeerConnectionOptions): readonly StatisticsEntry[] {
  const candidateType = policy === "relay" ? "relay" : "host";
  return [
    { id: "t", type: "transport", selectedCandidatePairId: "p" },
    { id: "p", type: "candidate-pair", localCandidateId: "l", remoteCandidateId: "r", currentRoundTripTime: 0.04 },
    { id: "l", type: "local-candidate", candidateType },
    { id: "r", type: "remote-candidate", candidateType },
  ];
}

function line(kind: "host" | "relay", priority: number): string {
  return `candidate:1 1 udp ${priority} 192.0.2.1 40000 typ ${kind}`;
}

function freshUfrag(random: Random): string {
  return toBase64Url(random.bytes(6)).replaceAll("-", "+").replaceAll("_", "/");
}

function attribute(sdp: string, name: string): string {
  return new RegExp(`^a=${name}:(.*?)\\r?$`, "m").exec(sdp)?.[1] ?? "";
}

function colons(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":");
}

function bytesOf(fingerprint: string): Uint8Array {
  return Uint8Array.from(fingerprint.split(":"), (pair) => Number.parseInt(pair, 16));
}
