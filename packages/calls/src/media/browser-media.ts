import type { MicrophoneFault } from "../reasons.ts";
import { createBrowserConnection } from "./browser-connection.ts";
import { type AudioDevice, type Media, type Microphone, MicrophoneError } from "./media.ts";

/** How a browser is to record. */
export interface BrowserMediaOptions {
  /** Echo cancellation, noise suppression and gain control; off only where the sound must arrive as it is (tests, music). */
  readonly processing: "on" | "off";
}

/** What the page does with sound. */
export interface BrowserMediaDependencies {
  /** Plays a stream, e.g. as `srcObject` of an audio element with `autoplay`. Must not set `muted`: that hides audio energy. */
  play(stream: MediaStream): void;
  stopPlaying(): void;
  /** Sends what is played to this device (`setSinkId`). */
  chooseSpeaker(device: string): Promise<void>;
}

/** Sound in a browser: getUserMedia and RTCPeerConnection. */
export function createBrowserMedia(options: BrowserMediaOptions, dependencies: BrowserMediaDependencies): Media {
  const tracks = new WeakMap<Microphone, MediaStreamTrack>();
  return {
    async openMicrophone(device, signal) {
      const track = await openTrack(device, options, signal);
      const microphone = microphoneOf(track);
      tracks.set(microphone, track);
      return microphone;
    },
    createPeerConnection: (connection, events) =>
      createBrowserConnection(connection, events, (microphone) => tracks.get(microphone) ?? null),
    play: ({ voice }) => dependencies.play(voice as MediaStream),
    stopPlaying: () => dependencies.stopPlaying(),
    async devices() {
      const devices = (await mediaDevices()?.enumerateDevices()) ?? [];
      return { inputs: listed(devices, "audioinput"), outputs: listed(devices, "audiooutput") };
    },
    chooseSpeaker: (device) => dependencies.chooseSpeaker(device),
  };
}

async function openTrack(
  device: string,
  { processing }: BrowserMediaOptions,
  signal: AbortSignal,
): Promise<MediaStreamTrack> {
  signal.throwIfAborted();
  const source = mediaDevices();
  if (source === undefined) throw new MicrophoneError("insecure-page");
  const wanted = processing === "on";
  const audio: MediaTrackConstraints = {
    echoCancellation: wanted,
    noiseSuppression: wanted,
    autoGainControl: wanted,
    ...(device === "" ? {} : { deviceId: { exact: device } }),
  };
  let stream: MediaStream;
  try {
    stream = await source.getUserMedia({ audio });
  } catch (error) {
    throw new MicrophoneError(FAULTS[error instanceof Error ? error.name : ""] ?? "failed", { cause: error });
  }
  const track = stream.getAudioTracks()[0];
  if (track === undefined) throw new MicrophoneError("failed");
  if (signal.aborted) {
    track.stop();
    signal.throwIfAborted();
  }
  return track;
}

/** The names of W3C mediacapture-streams §10.2. */
const FAULTS: Readonly<Record<string, MicrophoneFault>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

function microphoneOf(track: MediaStreamTrack): Microphone {
  return {
    device: track.getSettings().deviceId ?? "",
    setMuted(muted) {
      track.enabled = !muted;
    },
    onLost: (listener) => track.addEventListener("ended", listener),
    close: () => track.stop(),
  };
}

/** Absent on pages that are neither https nor localhost. */
function mediaDevices(): MediaDevices | undefined {
  return (navigator as { readonly mediaDevices?: MediaDevices }).mediaDevices;
}

function listed(devices: readonly MediaDeviceInfo[], kind: MediaDeviceKind): AudioDevice[] {
  return devices
    .filter((device) => device.kind === kind && device.deviceId !== "")
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}
