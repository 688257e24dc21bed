import { createLive, type Live } from "@skein/core";

/** One microphone or speaker. */
export interface SoundDevice {
  readonly id: string;
  readonly label: string;
}

/** Microphones and speakers of this machine. */
export interface SoundDevices {
  readonly microphones: readonly SoundDevice[];
  readonly speakers: readonly SoundDevice[];
}

/** Keeps the list of sound devices. Labels are the browser's; before the first use of a microphone it hides them. */
export function watchSoundDevices(media: MediaDevices): Live<SoundDevices> & { refresh(): void } {
  const live = createLive<SoundDevices>({ microphones: [], speakers: [] });
  const refresh = (): void => {
    media
      .enumerateDevices()
      .then((found) => live.set(sortDevices(found)))
      .catch(() => live.set({ microphones: [], speakers: [] }));
  };
  media.addEventListener("devicechange", refresh);
  refresh();
  return {
    get value() {
      return live.value;
    },
    subscribe: (listener) => live.subscribe(listener),
    refresh,
  };
}

/** Sorts what the browser found; a device without a name gets a number. Rule WB52. */
export function sortDevices(found: readonly Pick<MediaDeviceInfo, "deviceId" | "kind" | "label">[]): SoundDevices {
  const pick = (kind: MediaDeviceKind, word: string): SoundDevice[] =>
    found
      .filter((device) => device.kind === kind && device.deviceId !== "")
      .map((device, index) => ({ id: device.deviceId, label: device.label || `${word} ${index + 1}` }));
  return { microphones: pick("audioinput", "Microphone"), speakers: pick("audiooutput", "Speaker") };
}
