/** Figures both ends of a call must agree on; docs/spec/calls.md §Limits. */

/** How long a phone rings before both ends give up, in ms. */
export const RING_TIMEOUT_MS: number = 45_000;

/** Longest life of a signed description, in ms: longer than any honest delivery, shorter than a call's start to its end. */
export const DESCRIPTION_LIFETIME_MS: number = 2 * 60_000;

/** Most ICE candidates of one side in one round. Chromium sends about a dozen with four interfaces. */
export const MAX_CANDIDATES_PER_ROUND = 64;

/** Highest round of a call: an ICE restart every 30 s for 34 hours. */
export const MAX_ROUND = 4_096;

/** Most messages on one signalling channel; a channel that needs more is replaced by a fresh one. */
export const MAX_MESSAGES_PER_CHANNEL = 16_384;
