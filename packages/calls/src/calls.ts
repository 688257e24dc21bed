import type { Live, Network } from "@skein/core";
import { CALL_PROTOCOL } from "@skein/wire";
import type { CallState } from "./call-state.ts";
import { createLine } from "./line/line.ts";
import type { CallsDependencies } from "./line/ports.ts";
import type { Target } from "./machine/state.ts";
import type { AudioDevices } from "./media/media.ts";
import { createFrontDoor } from "./signalling/front-door.ts";

/** Voice calls of this device: at most one at a time. */
export interface Calls {
  /** The call under way, or how the last one ended. Plain data. */
  readonly state: Live<CallState>;
  /** Takes calls from now on. Calling it twice does nothing. */
  start(): void;
  /** Ends the call under way, says goodbye, takes no more. `start` may follow. */
  stop(): void;
  /** Calls a person or one of their devices; does nothing while a call is under way. What comes of it shows in `state`. */
  dial(target: Target): void;
  /** Takes the call that rings here; does nothing otherwise. */
  answer(): void;
  decline(): void;
  /** Ends the call, whatever it is doing. */
  hangup(): void;
  /** Forgets how the last call ended. */
  dismiss(): void;
  /** Silences our microphone for this call; they get silence, not nothing. */
  setMuted(muted: boolean): void;
  devices(): Promise<AudioDevices>;
  /** Uses this microphone from now on; empty for the usual one. Rejects `MicrophoneError`; the old one then stays. */
  chooseMicrophone(device: string): Promise<void>;
  /** Plays on this loudspeaker from now on. Rejects what the page's player rejects. */
  chooseSpeaker(device: string): Promise<void>;
  /** Signals over this network from now on. A call under way goes on; its caller opens a new channel once the old one is lost. */
  switchNetwork(network: Network): void;
}

/** Makes calls over a network. Nothing rings before `start`. */
export function createCalls(dependencies: CallsDependencies): Calls {
  const { account, clock, relation, report, media } = dependencies;
  let network = dependencies.network;
  let unlisten: (() => void) | undefined;
  const line = createLine({ ...dependencies, network: () => network });
  const door = createFrontDoor(
    { account, clock, relation, report },
    {
      offer: (callBytes, envelope, inbox, who) => line.takeOffer({ callBytes, envelope, inbox, who }),
      resume: (call, inbox, who) => line.resume(call, inbox, who),
    },
  );
  const listen = (): void => {
    unlisten = network.listen(CALL_PROTOCOL, (channel) => door.receive(channel));
  };
  return {
    state: line.state,
    start() {
      if (unlisten === undefined) listen();
    },
    stop() {
      unlisten?.();
      unlisten = undefined;
      line.feed({ kind: "stop" });
      door.close();
    },
    dial: (target) => line.dial(target),
    answer: () => line.feed({ kind: "answer" }),
    decline: () => line.feed({ kind: "decline" }),
    hangup: () => line.feed({ kind: "hangup" }),
    dismiss: () => line.feed({ kind: "dismiss" }),
    setMuted: (muted) => line.microphones.setMuted(muted),
    devices: () => media.devices(),
    chooseMicrophone: (device) => line.microphones.choose(device),
    chooseSpeaker: (device) => media.chooseSpeaker(device),
    switchNetwork(next) {
      const listening = unlisten !== undefined;
      unlisten?.();
      unlisten = undefined;
      network = next;
      if (listening) listen();
    },
  };
}
