import type { Clock } from "./clock.ts";

/** For whom something crosses the network: for this device's own person, or because it serves others. */
export type TrafficShare = "mine" | "others";

/** What one share sent and received. */
export interface TrafficCount {
  /** Payload bytes of the wire messages, both ways; what TCP, TLS and IP add is not seen from here. */
  readonly bytes: number;
  /** Messages on the wire (WebSocket or data channel), both ways. One is one packet where it is small. */
  readonly messages: number;
}

/** What the network cost since it was first started. The sound of calls goes past it and is not counted. */
export interface Traffic {
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly mine: TrafficCount;
  readonly others: TrafficCount;
  /** Times a radio would have been woken: messages that came after a silence longer than the LTE tail. */
  readonly wakeUps: number;
  /** How long a radio would have been on, ms: from the first message of a burst until its tail after the last. */
  readonly radioOnMs: { readonly lte: number; readonly umts: number };
}

/** Counts traffic where it passes. */
export interface TrafficMeter {
  count(bytes: number, share: TrafficShare): void;
  read(): Traffic;
}

/**
 * How long a phone's radio stays on after a transfer, ms: LTE about 10 s, 3G (UMTS) at least 18 s. A model, not a
 * measurement of this device: Android's guide to radio use says at least 18 s for 3G.
 */
export const RADIO_TAIL_MS: Readonly<Record<"lte" | "umts", number>> = { lte: 10_000, umts: 18_000 };

/** Makes a meter that has counted nothing. */
export function createTrafficMeter(clock: Clock): TrafficMeter {
  const sinceMs = clock.now();
  const shares = { mine: { bytes: 0, messages: 0 }, others: { bytes: 0, messages: 0 } };
  const radioOnMs = { lte: 0, umts: 0 };
  let lastAt = Number.NEGATIVE_INFINITY;
  let wakeUps = 0;
  /** What the tail after the last message adds until `now`. */
  const tailMs = (radio: "lte" | "umts", now: number): number =>
    lastAt === Number.NEGATIVE_INFINITY ? 0 : Math.min(now - lastAt, RADIO_TAIL_MS[radio]);

  return {
    count(bytes, share) {
      const now = clock.now();
      shares[share].bytes += bytes;
      shares[share].messages += 1;
      if (now - lastAt > RADIO_TAIL_MS.lte) wakeUps += 1;
      radioOnMs.lte += tailMs("lte", now);
      radioOnMs.umts += tailMs("umts", now);
      lastAt = now;
    },
    read() {
      const now = clock.now();
      return {
        sinceMs,
        untilMs: now,
        mine: { ...shares.mine },
        others: { ...shares.others },
        wakeUps,
        radioOnMs: {
          lte: radioOnMs.lte + tailMs("lte", now),
          umts: radioOnMs.umts + tailMs("umts", now),
        },
      };
    },
  };
}
