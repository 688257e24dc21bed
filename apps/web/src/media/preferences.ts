import { createLive, type Live } from "@skein/core";

/** Choices about sound on this machine, shared by the tabs of a profile. `""` is the system's own device. */
export interface SoundPreferences {
  readonly speaker: string;
  readonly microphone: string;
  readonly ring: "on" | "off";
  /** Echo cancellation, noise suppression and gain control of the microphone; takes effect with the next call. */
  readonly processing: "on" | "off";
}

/** Kept sound choices. */
export interface SoundPreferenceStore extends Live<SoundPreferences> {
  change(preferences: Partial<SoundPreferences>): void;
}

const DEFAULTS: SoundPreferences = { speaker: "", microphone: "", ring: "on", processing: "on" };

/** Keeps the choices of a profile in local storage and hears of changes made in other tabs. Rule WB53. */
export function soundPreferences(
  profile: string,
  scope: { readonly localStorage: Storage; addEventListener: Window["addEventListener"] },
): SoundPreferenceStore {
  const key = `skein:${profile}:sound`;
  const live = createLive(read(scope.localStorage, key));
  scope.addEventListener("storage", (event: StorageEvent) => {
    if (event.key === key) live.set(read(scope.localStorage, key));
  });
  return {
    get value() {
      return live.value;
    },
    subscribe: (listener) => live.subscribe(listener),
    change(preferences) {
      live.set({ ...live.value, ...preferences });
      try {
        scope.localStorage.setItem(key, JSON.stringify(live.value));
      } catch {
        // Storage full or forbidden: the choice holds until the tab closes.
      }
    },
  };
}

function read(storage: Storage, key: string): SoundPreferences {
  try {
    const kept: unknown = JSON.parse(storage.getItem(key) ?? "{}");
    if (typeof kept !== "object" || kept === null) return DEFAULTS;
    const { speaker, microphone, ring, processing } = kept as Record<string, unknown>;
    return {
      speaker: typeof speaker === "string" ? speaker : "",
      microphone: typeof microphone === "string" ? microphone : "",
      ring: ring === "off" ? "off" : "on",
      processing: processing === "off" ? "off" : "on",
    };
  } catch {
    return DEFAULTS;
  }
}
