import type { Mode } from "@skein/core";
import type { Counters, SelectedPair } from "./statistics.ts";
import { meanOpinionScore, mouthToEarMs, ratingFactor } from "./voice-quality.ts";

/** How a call's sound travels: what the page draws. */
export type MediaPath =
  | { readonly kind: "unknown" }
  | { readonly kind: "direct" }
  /** Through these supernodes' relays. */
  | { readonly kind: "relayed"; readonly by: readonly string[] }
  /** Through the central server's relay. */
  | { readonly kind: "central"; readonly by: readonly string[] };

/** Quality of the last second or so. Plain data; delays in ms, rates in bits per second, fractions 0 to 1. */
export interface CallQuality {
  readonly rttMs: number;
  readonly jitterBufferMs: number;
  readonly mouthToEarMs: number;
  readonly lostFraction: number;
  readonly concealedFraction: number;
  readonly receivedBitsPerSecond: number;
  readonly sentBitsPerSecond: number;
  /** Rating factor of the E-model and the opinion score it stands for; assumptions in `voice-quality.ts`. */
  readonly ratingFactor: number;
  readonly meanOpinionScore: number;
  readonly pair: SelectedPair | undefined;
}

/** Quality between two readings. A counter that fell (the connection was replaced) counts from zero. */
export function qualityBetween(before: Counters, after: Counters): CallQuality {
  const grown = (field: Exclude<keyof Counters, "pair">): number =>
    after[field] >= before[field] ? after[field] - before[field] : after[field];
  const seconds = Math.max(0.001, (after.atMs - before.atMs) / 1000);
  const jitterBufferMs = 1000 * share(grown("jitterBufferDelaySeconds"), grown("jitterBufferEmitted"));
  const concealedFraction = share(grown("samplesConcealed"), grown("samplesReceived"));
  const conditions = { rttMs: after.rttMs, jitterBufferMs, concealedFraction };
  const rating = ratingFactor(conditions);
  return {
    rttMs: after.rttMs,
    jitterBufferMs,
    mouthToEarMs: mouthToEarMs(conditions),
    lostFraction: share(grown("packetsLost"), grown("packetsLost") + grown("packetsReceived")),
    concealedFraction,
    receivedBitsPerSecond: (8 * grown("bytesReceived")) / seconds,
    sentBitsPerSecond: (8 * grown("bytesSent")) / seconds,
    ratingFactor: rating,
    meanOpinionScore: meanOpinionScore(rating),
    pair: after.pair,
  };
}

/** Names the path of a pair: relayed as soon as either end uses a relay. `by` is what the media route says of its relays. */
export function pathOf(pair: SelectedPair | undefined, mode: Mode, by: readonly string[]): MediaPath {
  if (pair === undefined) return { kind: "unknown" };
  if (pair.local !== "relay" && pair.remote !== "relay") return { kind: "direct" };
  return mode === "central" ? { kind: "central", by } : { kind: "relayed", by };
}

function share(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.min(1, part / whole);
}
