import {
  type CallState,
  type Calls,
  createBrowserMedia,
  createCalls,
  type Media,
  type PeerConnection,
  type PeerConnectionEvents,
} from "@skein/calls";
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
  /** Tells its latest call that the browser had noticed something. */
  pretend(fact: "interrupted"): void;
  /** How often a remote description reached a browser. */
  readonly applied: () => number;
  /** Resolves with the first state that fits. */
  until(accept: (state: CallState) => boolean): Promise<CallState>;
  untilEvent(name: SkeinEvent["name"]): Promise<void>;
  /** Resolves when the page shows a new quality reading. */
  untilNextReading(): Promise<void>;
}

/** What is wrong with a phone. */
export interface Mischief {
  readonly tamper?: "flip a byte of every description" | "sign another fingerprint";
}

/** Sets up one phone. */
export function createPhone(account: Account, network: Network, route: MediaRoute, mischief: Mischief): Phone {
  const events: SkeinEvent[] = [];
  const candidates: { round: number; line: string }[] = [];
  const connections: RTCPeerConnection[] = [];
  const listeners = new Set<() => void>();
  let applied = 0;
  let pretend: PeerConnectionEvents["state"] = () => {};

  const tap: Tap = (bytes) => {
    const message = callMessage.decode(bytes);
    if (message.ok && message.value.kind === "candidate")
      candidates.push({ round: message.value.round, line: message.value.candidate });
    const flips = mischief.tamper === "flip a byte of every description";
    return flips && message.ok && message.value.kind === "description" ? flipped(bytes) : bytes;
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
      pretend = told.state;
      const make = (): PeerConnection => browser.createPeerConnection(options, told);
      const connection = watchNext(connections, make, () => {
        applied += 1;
      });
      const change = mischief.tamper === "sign another fingerprint" ? withOtherFingerprint : (sdp: string) => sdp;
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
  const until: Phone["until"] = (accept) =>
    new Promise((resolve) => {
      const unsubscribe = calls.state.subscribe((state) => {
        if (!accept(state)) return;
        queueMicrotask(() => unsubscribe());
        resolve(state);
      });
    });
  const qualityOf = (state: CallState) => (state.kind === "connected" ? state.quality : undefined);
  return {
    calls,
    events,
    candidates,
    connections,
    pretend: (fact) => pretend(fact),
    applied: () => applied,
    until,
    async untilNextReading() {
      const known = qualityOf(calls.state.value);
      await until((state) => qualityOf(state) !== undefined && qualityOf(state) !== known);
    },
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

function flipped(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  const middle = changed.length >> 1;
  changed[middle] = (changed[middle] ?? 0) ^ 1;
  return changed;
}

function withOtherFingerprint(sdp: string): string {
  return sdp.replace(
    /(a=fingerprint:sha-256 )(..)/,
    (_all, name: string, byte: string) => name + (byte === "00" ? "01" : "00"),
  );
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
