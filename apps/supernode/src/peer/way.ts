import { type Restart, restartOf, ufragOf } from "./native/description.ts";
import type { NativeConnection, NativeMedia } from "./native/native-media.ts";
import type { NativeOptions, NativeState } from "./native/native-messages.ts";

/** What a way tells whoever owns it. */
export interface WayEvents {
  candidate(text: string, ufrag: string): void;
  gathered(): void;
  state(way: Way, state: NativeState): void;
  packet(bytes: Uint8Array): void;
  died(reason: string): void;
}

/** One native connection with the pair of descriptions it was made by. Its ICE credentials never change. */
export interface Way {
  /** Our description, once made; empty before. */
  readonly local: string;
  /** Their ICE user name; empty before their description came. */
  readonly theirUfrag: string;
  /** How they restart ICE. */
  readonly restart: Restart;
  readonly state: NativeState;
  readonly native: NativeConnection;
  offer(): Promise<string>;
  answer(offer: string): Promise<string>;
  accept(answer: string): Promise<void>;
  /** Nothing is told after it. */
  close(): void;
}

/** Opens a way. Candidates are told from the moment our description is known, so that each can name its user. */
export function openWay(options: NativeOptions, native: NativeMedia, events: WayEvents): Way {
  let local = "";
  let theirs = "";
  let state: NativeState = "connecting";
  let early: (() => void)[] = [];
  let life: "open" | "closed" = "open";
  const whenDescribed = (act: () => void): void => {
    if (life === "closed") return;
    if (local === "") early.push(act);
    else act();
  };
  function described(sdp: string): string {
    local = sdp;
    const waiting = early;
    early = [];
    // After whoever asked has our description in hand.
    queueMicrotask(() => {
      for (const act of waiting) whenDescribed(act);
    });
    return sdp;
  }
  const connection = native.connect(options, {
    candidate: (text) => whenDescribed(() => events.candidate(text, ufragOf(local))),
    gathered: () => whenDescribed(() => events.gathered()),
    state(next) {
      state = next;
      if (life === "open") events.state(way, next);
    },
    packet: (bytes) => events.packet(bytes),
    died(reason) {
      state = "closed";
      if (life === "open") events.died(reason);
    },
  });
  const way: Way = {
    native: connection,
    get local() {
      return local;
    },
    get theirUfrag() {
      return ufragOf(theirs);
    },
    get restart() {
      return restartOf(theirs);
    },
    get state() {
      return state;
    },
    offer: async () => described(await connection.offer()),
    async answer(offer) {
      theirs = offer;
      return described(await connection.answer(offer));
    },
    async accept(answer) {
      theirs = answer;
      await connection.accept(answer);
    },
    close() {
      life = "closed";
      connection.close();
    },
  };
  return way;
}
