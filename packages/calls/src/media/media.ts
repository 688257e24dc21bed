import type { IcePolicy, IceServer } from "@skein/core";
import type { StatisticsEntry } from "../quality/statistics.ts";
import type { MicrophoneFault } from "../reasons.ts";

/** The other side's voice as the media implementation knows it; calls only hand it on. */
export type RemoteVoice = { readonly voice: unknown };

/** An open microphone. */
export interface Microphone {
  /** Which device it is, as in {@link AudioDevice.id}. */
  readonly device: string;
  /** Silences it without telling the other side: frames of silence go on. */
  setMuted(muted: boolean): void;
  /** Calls `listener` when the device goes away by itself: unplugged, or taken back by the person. */
  onLost(listener: () => void): void;
  /** Lets go of the device. Idempotent. */
  close(): void;
}

/** Why a microphone did not open; the one error `openMicrophone` rejects with, apart from an abort reason. */
export class MicrophoneError extends Error {
  readonly fault: MicrophoneFault;

  constructor(fault: MicrophoneFault, options?: { cause?: unknown }) {
    super(`microphone: ${fault}`, options);
    this.name = "MicrophoneError";
    this.fault = fault;
  }
}

/** A microphone or loudspeaker. Names are empty until the person has allowed the microphone once. */
export interface AudioDevice {
  readonly id: string;
  readonly name: string;
}

/** What this machine has. */
export interface AudioDevices {
  readonly inputs: readonly AudioDevice[];
  readonly outputs: readonly AudioDevice[];
}

/** What happens to a connection, told as it happens. */
export interface PeerConnectionEvents {
  /** A candidate of ours, and the ICE user name it belongs to. */
  candidate(text: string, ufrag: string): void;
  /** Every candidate of this gathering has been told. */
  gathered(): void;
  /** What the page shows as the state of the way: ICE and DTLS together. */
  state(fact: "connected" | "interrupted" | "failed" | "encryption-failed" | "closed"): void;
  /** Their voice can be played from now on. */
  voice(voice: RemoteVoice): void;
  /** Their voice starts to arrive. */
  arriving(): void;
}

/** How a connection starts. */
export interface PeerConnectionOptions {
  readonly iceServers: readonly IceServer[];
  readonly policy: IcePolicy;
}

/**
 * One audio connection, shaped after RTCPeerConnection (W3C webrtc-pc) and no wider than calls need. Its one audio
 * section sends and receives from the start; until `send` it sends nothing. Methods must not overlap; each rejects
 * when the browser refuses.
 */
export interface PeerConnection {
  /** Makes an offer and starts gathering. `restart`: with new ICE credentials. */
  offer(options: { readonly restart: boolean }): Promise<string>;
  /** Applies an offer, makes the answer and starts gathering. */
  answer(offer: string): Promise<string>;
  /** Applies the answer to our offer. */
  accept(answer: string): Promise<void>;
  /** Adds a candidate of theirs, which belongs to this ICE user name. */
  addCandidate(text: string, ufrag: string): Promise<void>;
  /** Candidates allowed from the next gathering on. */
  configure(options: PeerConnectionOptions): void;
  /** What the microphone hears goes out from now on. */
  send(microphone: Microphone): Promise<void>;
  /** SHA-256 of the certificate the other side proved in DTLS; `undefined` where the browser does not tell. */
  remoteFingerprint(): Promise<Uint8Array | undefined>;
  statistics(): Promise<readonly StatisticsEntry[]>;
  /** Ends it, and tells the other side over DTLS. Idempotent. */
  close(): void;
}

/** Sound on this machine: what differs between a browser, a bot and a test. */
export interface Media {
  /** Opens a microphone; `device` empty for the usual one. Rejects {@link MicrophoneError} or the abort reason. */
  openMicrophone(device: string, signal: AbortSignal): Promise<Microphone>;
  createPeerConnection(options: PeerConnectionOptions, events: PeerConnectionEvents): PeerConnection;
  /** Plays a voice until told to stop. Never mute the element it plays on: muted elements report no audio energy. */
  play(voice: RemoteVoice): void;
  stopPlaying(): void;
  devices(): Promise<AudioDevices>;
  /** Plays on this loudspeaker from now on; empty for the usual one. Rejects when there is none such. */
  chooseSpeaker(device: string): Promise<void>;
}
