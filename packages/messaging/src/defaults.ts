/** Numbers that are ours to tune; nothing here must agree between peers. Those that must stand in `@skein/wire`. */

/** Messages given to a channel and not yet acknowledged. Higher: more sent again after a break. Lower: slow on long paths. */
export const WINDOW_MESSAGES = 32;

/** Text of them together, in UTF-16 code units; one message always fits. Keeps the wait below honest on slow links. */
export const WINDOW_LENGTH: number = 64 * 1024;

/** A channel that took messages and acknowledges none for so long is given up, in ms. Lower gives up slow links. */
export const ACKNOWLEDGE_TIMEOUT_MS = 30_000;

/** How long a `delivered` receipt waits for others to travel with it, in ms. Higher: fewer frames, later ticks. */
export const RECEIPT_DELAY_MS = 25;

/** Newest read messages whose receipt is repeated on every new channel: a lost one mends itself. One frame. */
export const REPEATED_READS = 256;

/** Channels open with one person at once; the oldest is closed. Two tabs dialling each other make two. */
export const MAX_CHANNELS = 4;

/** Wait after the first failed dial, doubled with every further one, in ms. */
export const BACKOFF_BASE_MS = 2_000;

/** Longest wait between dials to someone who may be there, in ms. Lower loads directory and relays for nothing. */
export const BACKOFF_MAX_MS: number = 5 * 60_000;

/** Longest wait between dials to someone believed away, in ms: a hint that they left may be false. */
export const BACKOFF_MAX_AWAY_MS: number = 15 * 60_000;

/** Least time between two dials to one person, whatever says that they are there, in ms. */
export const MIN_REDIAL_MS = 2_000;

/** A new message cuts the wait short when the last dial is so long ago, in ms. */
export const SEND_REDIAL_MS = 5_000;

/** After `superseded` the side that had dialled dials again at once, but not sooner than so long after its dial, in ms. */
export const SUPERSEDED_REDIAL_MS = 250;

/** After `superseded` the side that had not dialled gives the other so long to dial again, in ms. */
export const SUPERSEDED_GRACE_MS = 1_000;

/** A dial without result is given up after so long, in ms; directory lookup included. */
export const DIAL_TIMEOUT_MS = 30_000;

/** A channel must bring its introduction within so long, in ms. */
export const INTRODUCTION_TIMEOUT_MS = 10_000;

/** Channels opened by others that have not introduced themselves yet; further ones are closed. */
export const MAX_UNINTRODUCED = 32;

/** Messages that wait for one person; `send` rejects `outbox-full` beyond. */
export const MAX_OUTBOX = 1_000;

/** People who wrote and wait to be accepted; the messages of further ones are refused without receipt. */
export const MAX_REQUESTS = 20;

/** Messages of one such person. */
export const MAX_REQUEST_MESSAGES = 10;

/** Largest page of history. */
export const MAX_PAGE = 200;

/** Devices remembered of one person. */
export const MAX_DEVICES = 16;
