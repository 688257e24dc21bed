import { type Media, type Microphone, MicrophoneError } from "@skein/calls";
import type { Clock, Random } from "@skein/core";
import type { NativeMedia } from "./native/native-media.ts";
import { createNodeConnection } from "./node-connection.ts";
import type { FrameClock } from "./rtp/frame-clock.ts";
import type { VoiceReceiver } from "./rtp/voice-receiver.ts";
import { createToneSource, type VoiceSource } from "./sound/voice-source.ts";

/** What a peer hears and says with. */
export interface NodeMediaDependencies {
  readonly native: NativeMedia;
  readonly frames: FrameClock;
  readonly clock: Clock;
  readonly random: Random;
  /** Opens the sound of a device name; empty for the usual one. Throws when there is none such. */
  readonly openSound: (device: string) => VoiceSource;
  /** A call has sound from now on, until the function it gives back is called. */
  readonly listen: (voice: VoiceReceiver) => () => void;
}

/** Sound in Node: what a microphone says comes from a file or a generator, what is heard goes to listeners. */
export function createNodeMedia(dependencies: NodeMediaDependencies): Media {
  const sounds = new WeakMap<Microphone, VoiceSource>();
  let stopListening: (() => void) | undefined;
  const stopPlaying = (): void => {
    stopListening?.();
    stopListening = undefined;
  };
  return {
    async openMicrophone(device, signal) {
      signal.throwIfAborted();
      try {
        const { microphone, sound } = microphoneOf(device, dependencies.openSound(device));
        sounds.set(microphone, sound);
        return microphone;
      } catch (error) {
        throw new MicrophoneError("missing", { cause: error });
      }
    },
    createPeerConnection: (options, events) =>
      createNodeConnection(options, events, { ...dependencies, soundOf: (microphone) => sounds.get(microphone) }),
    play({ voice }) {
      stopPlaying();
      stopListening = dependencies.listen(voice as VoiceReceiver);
    },
    stopPlaying,
    devices: async () => ({ inputs: [{ id: "", name: "usual" }], outputs: [] }),
    async chooseSpeaker(device) {
      if (device !== "") throw new Error("a headless peer has no loudspeakers");
    },
  };
}

/** A microphone that is never lost: nobody can unplug a file. */
function microphoneOf(
  device: string,
  source: VoiceSource,
): { readonly microphone: Microphone; readonly sound: VoiceSource } {
  let muted = false;
  const silence = createToneSource(0);
  return {
    microphone: {
      device,
      setMuted(next) {
        muted = next;
      },
      onLost: () => {},
      close: () => {},
    },
    sound: {
      next() {
        // The file goes on behind the hand that covers the microphone.
        const packet = source.next();
        return muted ? silence.next() : packet;
      },
    },
  };
}
