import { createLive, type Live } from "@skein/core";

/** What the other side's sound is doing here. `blocked`: the browser wants a click first. */
export type RemoteAudioState = "silent" | "playing" | "blocked";

/** Plays the other side of a call. */
export interface RemoteAudio {
  readonly state: Live<RemoteAudioState>;
  /** Plays this stream from now on; `undefined` when the call is over. */
  attach(stream: MediaStream | undefined): void;
  /** Plays through this speaker (`deviceId`, "" for the system's). Resolves `false` when that speaker is not to be had. */
  chooseSpeaker(deviceId: string): Promise<boolean>;
  /** Tries again to play; call it from a click. */
  resume(): void;
}

/** What is needed of an `<audio>` element. */
export interface AudioElement {
  srcObject: MediaProvider | null;
  autoplay: boolean;
  play(): Promise<void>;
  setSinkId?(deviceId: string): Promise<void>;
}

/** Drives one audio element. It is never muted: silence on this side is the other side's choice. Rule WB50. */
export function createRemoteAudio(element: AudioElement): RemoteAudio {
  const state = createLive<RemoteAudioState>("silent");
  element.autoplay = true;

  const play = (stream: MediaStream): void => {
    element
      .play()
      .then(() => "playing" as const)
      // AbortError: another stream came before this one sounded; that one reports for itself.
      .catch((error: unknown) => (error instanceof Error && error.name === "AbortError" ? undefined : "blocked"))
      .then((next) => {
        if (next !== undefined && element.srcObject === stream) state.set(next);
      })
      .catch(() => {});
  };

  return {
    state,
    attach(stream) {
      element.srcObject = stream ?? null;
      if (stream === undefined) state.set("silent");
      else play(stream);
    },
    async chooseSpeaker(deviceId) {
      if (element.setSinkId === undefined) return deviceId === "";
      return element.setSinkId(deviceId).then(
        () => true,
        () => false,
      );
    },
    resume() {
      if (element.srcObject !== null) play(element.srcObject as MediaStream);
    },
  };
}
