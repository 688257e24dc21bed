import nodeDataChannel from "node-datachannel";
import { opusPayloadType, SECTION_NAME, sectionName, shownDescription } from "./description.ts";
import type { NativeRelay } from "./ice-servers.ts";
import type { NativeCandidate, NativeFigures, NativeOptions, NativeState } from "./native-messages.ts";

/** What a connection of the library tells; never called while one of its methods runs. Once `connected`, packets can be sent. */
export interface NativePeerEvents {
  candidate(text: string): void;
  gathered(): void;
  state(state: NativeState): void;
  packet(bytes: Uint8Array): void;
}

/** One connection of the library, tamed: remote candidates wait for the description they belong to. */
export interface NativePeer {
  offer(): string;
  answer(offer: string): string;
  accept(answer: string): void;
  addCandidate(text: string): void;
  send(packet: Uint8Array): void;
  figures(): NativeFigures;
  close(): void;
}

/** What we offer Opus as, and how it is tuned (RFC 7587 §6). */
const PAYLOAD_TYPE = 111;
const OPUS_PROFILE = "minptime=10;useinbandfec=1";

/** Candidates that wait for their description, at most. */
const MAX_EARLY_CANDIDATES = 64;

type Connection = InstanceType<typeof nodeDataChannel.PeerConnection>;
type Track = InstanceType<typeof nodeDataChannel.Track>;

/** What of the world a connection may use. */
export interface NativeSurroundings {
  /** The one address of ours; left out: all but loopback. */
  readonly bindAddress?: string;
  readonly servers: readonly (string | NativeRelay)[];
}

/** Makes a connection; it sends nothing yet. Throws what the library throws. */
export function createNativePeer(
  options: Omit<NativeOptions, "iceServers">,
  { bindAddress, servers }: NativeSurroundings,
  events: NativePeerEvents,
): NativePeer {
  const connection = new nodeDataChannel.PeerConnection("skein", {
    iceServers: [...servers],
    iceTransportPolicy: options.policy,
    certificatePemFile: options.certificate.certificatePem,
    keyPemFile: options.certificate.keyPem,
    disableAutoNegotiation: true,
    ...(bindAddress === undefined ? {} : { bindAddress }),
  });
  let section = SECTION_NAME;
  let early: string[] | undefined = [];
  let track: Track | undefined;
  /** The library says "connected" a moment before its track takes packets. */
  function whenOpen(tell: () => void): void {
    if (track?.isOpen() === true) tell();
    else track?.onOpen(tell);
  }
  watch(connection, {
    ...events,
    state(state) {
      if (state === "connected") whenOpen(() => events.state(state));
      else events.state(state);
    },
  });

  function addTrack(payloadType: number): void {
    const audio = new nodeDataChannel.Audio(section, "SendRecv");
    audio.addOpusCodec(payloadType, OPUS_PROFILE);
    audio.addSSRC(options.ssrc, "skein", "skein", "voice");
    track = connection.addTrack(audio);
    track.onMessage((bytes) => events.packet(bytes));
  }
  function describe(type: "offer" | "answer"): string {
    connection.setLocalDescription(type);
    const description = connection.localDescription();
    if (description === null) throw new Error(`the library made no ${type}`);
    return shownDescription(description.sdp);
  }
  function acceptRemote(sdp: string, type: "offer" | "answer"): void {
    connection.setRemoteDescription(sdp, type);
    const waiting = early ?? [];
    early = undefined;
    for (const text of waiting) connection.addRemoteCandidate(text, section);
  }

  return {
    offer() {
      addTrack(PAYLOAD_TYPE);
      return describe("offer");
    },
    answer(offer) {
      const payloadType = opusPayloadType(offer);
      if (payloadType === undefined) throw new Error("they do not offer Opus");
      section = sectionName(offer);
      addTrack(payloadType);
      acceptRemote(offer, "offer");
      return describe("answer");
    },
    accept: (answer) => acceptRemote(answer, "answer"),
    addCandidate(text) {
      if (early === undefined) connection.addRemoteCandidate(text, section);
      else if (early.length < MAX_EARLY_CANDIDATES) early.push(text);
    },
    send(packet) {
      if (track?.isOpen() === true) track.sendMessageBinary(Buffer.from(packet));
    },
    figures() {
      const pair = connection.getSelectedCandidatePair();
      return {
        local: candidateOf(pair?.local),
        remote: candidateOf(pair?.remote),
        remoteFingerprint: fingerprintOf(connection),
      };
    },
    close() {
      track?.close();
      connection.close();
    },
  };
}

function watch(connection: Connection, events: NativePeerEvents): void {
  connection.onLocalCandidate((candidate) => events.candidate(candidate.replace(/^a=/, "")));
  connection.onGatheringStateChange((state) => {
    if (state === "complete") events.gathered();
  });
  connection.onStateChange((state) => {
    const known = stateOf(state, connection.iceState());
    if (known !== undefined) events.state(known);
  });
}

function stateOf(state: string, ice: string): NativeState | undefined {
  switch (state) {
    case "connecting":
    case "connected":
    case "closed":
      return state;
    case "disconnected":
      return "interrupted";
    case "failed":
      return ice === "connected" || ice === "completed" ? "encryption-failed" : "failed";
    default:
      return undefined;
  }
}

function candidateOf(
  candidate: { readonly type: string; readonly address: string } | undefined,
): NativeCandidate | undefined {
  return candidate === undefined ? undefined : { type: candidate.type, address: candidate.address };
}

/** The library throws, or gives nothing, until DTLS has shown their certificate. */
function fingerprintOf(connection: Connection): string | undefined {
  try {
    const { algorithm, value } = connection.remoteFingerprint();
    return algorithm === "sha-256" && value !== "" ? value : undefined;
  } catch {
    return undefined;
  }
}
