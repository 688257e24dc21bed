/**
 * Voice quality from what a connection reports: a short form of the E-model (ITU-T G.107) with the delay impairment of
 * Cole and Rosenbluth (2001). Two figures are ours and not standardised for Opus: `Ie` and `Bpl` below.
 */

/** What the model is fed. Delays in ms; loss as a fraction of the audio that was made up, 0 to 1. */
export interface VoiceConditions {
  readonly rttMs: number;
  readonly jitterBufferMs: number;
  readonly concealedFraction: number;
}

/** Equipment impairment of Opus at these rates: taken as none. An assumption. */
const OPUS_IMPAIRMENT = 0;

/** How well Opus with in-band FEC bears loss, in percent: `Bpl` of G.113. An assumption; lower is harsher. */
const OPUS_LOSS_ROBUSTNESS_PCT = 20;

/** One Opus frame and its capture, in ms. */
const FRAME_MS = 20;

/** Transmission rating with every other parameter of G.107 at its default. */
const BASE_RATING = 93.2;

/** Mouth-to-ear delay without the sound hardware, in ms: half the round trip, the jitter buffer, one frame. */
export function mouthToEarMs(conditions: VoiceConditions): number {
  return conditions.rttMs / 2 + conditions.jitterBufferMs + FRAME_MS;
}

/** Rating factor R, 0 (useless) to 93.2 (as good as a wire). */
export function ratingFactor(conditions: VoiceConditions): number {
  const delayMs = mouthToEarMs(conditions);
  const delayImpairment = 0.024 * delayMs + 0.11 * Math.max(0, delayMs - 177.3);
  const lossPct = conditions.concealedFraction * 100;
  const lossImpairment = OPUS_IMPAIRMENT + ((95 - OPUS_IMPAIRMENT) * lossPct) / (lossPct + OPUS_LOSS_ROBUSTNESS_PCT);
  return Math.min(BASE_RATING, Math.max(0, BASE_RATING - delayImpairment - lossImpairment));
}

/** Mean opinion score of a rating factor (G.107 annex B), 1 to 4.5. */
export function meanOpinionScore(rating: number): number {
  if (rating <= 0) return 1;
  if (rating >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * rating + rating * (rating - 60) * (100 - rating) * 7e-6);
}
