import { type CallState, type Calls, createBrowserMedia, createCalls, type Media } from "@skein/calls";
import { type MediaRoute, type Network, type SkeinEvent, systemClock, systemRandom } from "@skein/core";
import type { Account } from "@skein/identity";
import { callMessage } from "@skein/wire";
import { type Tap, tapped } from "./tap.ts";

/** One person's calls in the test page, and what can be seen of them from outside. */
export interface Phone {
  readonly calls: Calls;
  readonly events: SkeinEvent[];
  /** Candidate lines that left this device, with their round. */
  readonly candidates: { readonly round: number; readonly line: string }[];
  /** The connections it made, oldest first. */
  readonly connections: RTCPeerConnection[];
  /** How often a remote description reached a browser. */
  readonly applied: () => number;
  /** Resolves with the first state that fits. */
  until(accept: (state: CallState) => boolean): Promise<CallState>;
  untilEvent(name: SkeinEvent["name"]): Promise<void>;
}

/** How the phone of a test differs from an honest one. */
export interface Mischief {
  readonly onSend?: Tap;
  /** Changes descriptions before they are signed. */
  readonly onDescription?: (sdp: string) => string;
}

/** Sets up one phone. */
export function createPhone(account: Account, network: Network, route: MediaRoute, mischief: Mischief): Phone {
  const events: SkeinEvent[] = [];
  const candidates: { round: number; line: string }[] = [];
  const connections: RTCPeerConnection[] = [];
  const listeners = new Set<() => void>();
  let applied = 0;

  const tap: Tap = (bytes) => {
    const message = callMessage.decode(bytes);
    if (message.ok && message.value.kind === "candidate")
      candidates.push({ round: message.value.round, line: message.value.candidate });
    return mischief.onSend?.(bytes) ?? bytes;
  };
  const player = new Audio();
  const browser = createBrowserMedia(
    { processing: "off" },
    {
      play(stream) {
        player.srcObject = stream;
        void player.play();
      },
      stopPlaying() {
        player.srcObject = null;
      },
      chooseSpeaker: (device) => player.setSinkId(device),
    },
  );
  const media: Media = {
    ...browser,
    createPeerConnection(options, told) {
      const connection = watchNext(
        connections,
        () => browser.createPeerConnection(options, told),
        () => {
          applied += 1;
        },
      );
      const change = mischief.onDescription ?? ((sdp: string) => sdp);
      return {
        ...connection,
        offer: async (how) => change(await connection.offer(how)),
        answer: async (offer) => change(await connection.answer(offer)),
      };
    },
  };
  const calls = createCalls({
    network: tapped(network, route, tap),
    account,
    clock: systemClock,
    random: systemRandom,
    report(event) {
      events.push(event);
      for (const listener of [...listeners]) listener();
    },
    relation: () => "contact",
    media,
  });
  calls.start();
  return {
    calls,
    events,
    candidates,
    connections,
    applied: () => applied,
    until: (accept) =>
      new Promise((resolve) => {
        const unsubscribe = calls.state.subscribe((state) => {
          if (!accept(state)) return;
          queueMicrotask(() => unsubscribe());
          resolve(state);
        });
      }),
    untilEvent: (name) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!events.some((event) => event.name === name)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
      }),
  };
}

/** Catches the browser connection that `make` creates. */
function watchNext<T>(into: RTCPeerConnection[], make: () => T, onApply: () => void): T {
  const Original = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Original {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      into.push(this);
    }
    override setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
      onApply();
      return super.setRemoteDescription(description);
    }
  };
  try {
    return make();
  } finally {
    globalThis.RTCPeerConnection = Original;
  }
}
