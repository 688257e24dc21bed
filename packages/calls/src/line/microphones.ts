import type { MicrophoneState } from "../call-state.ts";
import { type Microphone, MicrophoneError } from "../media/media.ts";
import type { EndReason } from "../reasons.ts";
import type { CallResources } from "./call-resources.ts";
import type { LineContext } from "./ports.ts";

/** The microphone of the call under way: which one, muted or not, and what happens when it is unplugged. */
export interface Microphones {
  readonly state: MicrophoneState;
  /** Opens the chosen one for a call, unmuted. Resolves with why not, or nothing. Never rejects. */
  open(resources: CallResources): Promise<EndReason | undefined>;
  setMuted(muted: boolean): void;
  /** Uses this one from now on, in the call under way too. Rejects {@link MicrophoneError}; the old one then stays. */
  choose(device: string): Promise<void>;
}

/** `changed`: the page has news. `current`: the call under way, if it holds anything. */
export function createMicrophones(
  { media }: Pick<LineContext, "media">,
  line: { readonly current: () => CallResources | undefined; readonly changed: () => void },
): Microphones {
  let chosen = "";
  let muted = false;
  let lost = false;

  /** Swaps the microphone of a call; what was open before is closed. */
  function put(microphone: Microphone, resources: CallResources): void {
    const former = resources.microphone;
    resources.microphone = microphone;
    lost = false;
    microphone.setMuted(muted);
    microphone.onLost(() => void replace(microphone, resources));
    resources.media?.use(microphone);
    former?.close();
    line.changed();
  }

  /** The one in use went away: take the usual one, or say that there is none. */
  async function replace(gone: Microphone, resources: CallResources): Promise<void> {
    if (resources.microphone !== gone || resources.over.signal.aborted) return;
    try {
      const next = await media.openMicrophone("", resources.over.signal);
      if (resources.microphone === gone) put(next, resources);
      else next.close();
    } catch {
      lost = true;
      line.changed();
    }
  }

  return {
    get state() {
      if (lost) return "lost";
      return muted ? "muted" : "live";
    },
    async open(resources) {
      muted = false;
      lost = false;
      try {
        const microphone = await media.openMicrophone(chosen, resources.over.signal);
        if (resources.over.signal.aborted) microphone.close();
        else put(microphone, resources);
        return undefined;
      } catch (error) {
        return { kind: "microphone", fault: error instanceof MicrophoneError ? error.fault : "failed" };
      }
    },
    setMuted(next) {
      muted = next;
      line.current()?.microphone?.setMuted(next);
      line.changed();
    },
    async choose(device) {
      const resources = line.current();
      if (resources?.microphone === undefined) {
        chosen = device;
        return;
      }
      const microphone = await media.openMicrophone(device, resources.over.signal);
      chosen = device;
      if (resources.over.signal.aborted) microphone.close();
      else put(microphone, resources);
    },
  };
}
