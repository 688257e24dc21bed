import type { Clock, Live } from "@skein/core";
import type { Route } from "../address.ts";
import type { SoundDevices } from "../media/devices.ts";
import type { SoundPreferenceStore } from "../media/preferences.ts";
import type { RemoteAudio } from "../media/remote-audio.ts";
import type { Ringtone } from "../media/ringtone.ts";

/** What the drawing needs of the browser, made once by `main.tsx`. */
export interface PageParts {
  readonly profile: string;
  readonly route: RouteSource;
  readonly devices: Live<SoundDevices> & { refresh(): void };
  readonly sound: SoundPreferenceStore;
  readonly remoteAudio: RemoteAudio;
  readonly ringtone: Ringtone;
  readonly clock: Clock;
}

/** Where in the page a person is; follows the address bar and the back button. */
export interface RouteSource extends Live<Route> {
  /** `push`: the back button returns here. `replace`: it does not. */
  go(route: Route, how: "push" | "replace"): void;
}
