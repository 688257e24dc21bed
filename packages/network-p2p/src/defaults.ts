/** Ours to tune. Each: what it is · unit · what rises and falls. */

/** Warm supernodes of a leaf. More: survives more failures, costs a connection each at both ends. */
export const WARM_SUPERNODES = 3;

/** Bytes a stream may hold unread before it is paused. Higher: fewer pauses, more memory a channel. */
export const STREAM_HIGH_BYTES: number = 64 * 1024;

/** Decoded messages a channel keeps for a reader that does not read, in bytes, before it stops reading. */
export const CHANNEL_HIGH_BYTES: number = 1024 * 1024;

/** Bytes a sender may have unsent before `send` waits. */
export const SEND_LOW_BYTES: number = 64 * 1024;

/** How long a polite close may take before the stream is reset, ms. */
export const CLOSE_TIMEOUT_MS = 2_000;

/** One address of a supernode gets this long to connect, ms. */
export const SUPERNODE_DIAL_TIMEOUT_MS = 8_000;

/** How long a relayed dial through one supernode may take, ms. */
export const RELAYED_DIAL_TIMEOUT_MS = 6_000;

/** The next supernode is tried beside the first after this silence, ms (as in RFC 8305). */
export const HEDGE_AFTER_MS = 400;

/** A relay reservation must be there this long after connecting, ms; otherwise that supernode is given up. */
export const RESERVATION_TIMEOUT_MS = 6_000;

/** One request to a supernode is answered within this time, ms. */
export const INDEX_REQUEST_TIMEOUT_MS = 5_000;

/** Requests to one supernode under way at once. */
export const MAX_INDEX_REQUESTS_IN_FLIGHT = 32;

/**
 * A supernode not heard for so long is asked for a sign of life, ms: home, and the others. It asks us before (every 60 s at
 * home, 240 s elsewhere), so that this timer, which a hidden page may delay, only finds dead ones.
 */
export const HOME_SILENCE_MS = 90_000;
export const STANDBY_SILENCE_MS = 300_000;

/** Builds before 0.2 do not ask: we do, this often, ms. */
export const HOME_PING_MS = 60_000;
export const STANDBY_PING_MS = 240_000;

/** Home is asked for supernode ads this often, ms: they live two hours. Higher: fewer bytes, older hosts at the next visit. */
export const NEWS_EVERY_MS: number = 60 * 60_000;

/** A round trip that needs no improving, ms, and what is supposed of a supernode never measured. */
export const CLOSE_ENOUGH_MS = 50;
export const UNKNOWN_RTT_MS = 100;

/** Home changes for one that is better by so much, ms, and by this share. Higher: calmer, farther. */
export const HOME_GAIN_MS = 20;
export const HOME_GAIN_SHARE = 0.3;

/** While a held supernode is far, one never measured is tried beside it: first after so long, then so often, ms; so many times. */
export const FIRST_TRIAL_MS: number = 5 * 60_000;
export const TRIAL_EVERY_MS: number = 20 * 60_000;
export const MAX_TRIALS = 8;

/** Replacing a lost supernode begins within so long, by lot, ms: with others held, and with none. Higher: flatter storms. */
export const REPLACE_SPREAD_MS = 3_000;
export const REPLACE_SPREAD_ALONE_MS = 400;

/** Samples of a link's round trip that count: the least of them. */
export const RTT_SAMPLES = 4;

/** Pause before looking for a supernode again, ms; doubles from first to longest, with half of it by chance. */
export const FIRST_RETRY_MS = 500;
export const LONGEST_RETRY_MS = 30_000;

/** With kept supernodes to try, the source of first ones is left in peace for so long, ms. */
export const BOOTSTRAP_AFTER_MS = 3_000;

/** The source of first supernodes is asked after so long while none serves us, ms: doubles from first to longest. */
export const REFILL_FIRST_MS = 5_000;
export const REFILL_LONGEST_MS = 60_000;

/** The same while some serve us and too few are known, ms. */
export const REFILL_WITH_SOME_MS = 60_000;

/** A presence is signed anew this often, ms; it lives an hour. */
export const PRESENCE_REFRESH_MS: number = 20 * 60_000;

/** Changes of vias and availability that come together make one record, ms. */
export const PRESENCE_SETTLE_MS = 150;

/** Watched users are looked up anew this often, ms, one after the other: pushes carry the news, this mends what they miss. */
export const REFIND_MS: number = 30 * 60_000;

/** Devices whose newest presence a leaf remembers. */
export const MAX_KNOWN_DEVICES = 2_048;

/** Supernode ads a leaf keeps from one day to the next. */
export const MAX_CACHED_ADS = 200;

/** An ad that expired so long ago is no hint any more, ms. */
export const MAX_HINT_AGE_MS: number = 60 * 24 * 3_600_000;

/** A direct connection without channels, or without a frame on any, is closed after so long, ms. Lower: more reopening. */
export const DIRECT_IDLE_MS = 120_000;

/** How long the WebRTC upgrade of a relayed path may take, ms, and how long the new path may take to prove itself. */
export const UPGRADE_TIMEOUT_MS = 10_000;
export const PROBE_TIMEOUT_MS = 5_000;

/** After a failed upgrade the same peer is left in peace: first and longest pause, ms; quadruples. */
export const UPGRADE_FIRST_RETRY_MS = 60_000;
export const UPGRADE_LONGEST_RETRY_MS: number = 4 * 3_600_000;

/** Peer connections of one page's life: Chrome ends at about 500 (js-libp2p#2591); calls need some too. */
export const MAX_UPGRADES = 200;

/** Channels one peer may have open to us at once. */
export const MAX_CHANNELS_FROM_PEER = 32;
