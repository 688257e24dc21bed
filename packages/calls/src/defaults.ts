/** Figures of our own, free to differ between builds. Each with unit, reason, and what rises or falls. */

/** To find the device, open the channel and exchange introductions, in ms. Lower gives up on slow relays; higher leaves the caller in doubt. */
export const REACH_TIMEOUT_MS: number = 20_000;

/** From answering to media both ways, in ms. Chromium itself calls ICE failed after about 15 s; one restart fits as well. */
export const CONNECT_TIMEOUT_MS: number = 30_000;

/** How long a connected call may stay without media before it is over, in ms. A change from Wi-Fi to mobile takes up to 15 s. */
export const BROKEN_TIMEOUT_MS: number = 25_000;

/** Between two ICE restarts of one call, in ms. Lower repairs sooner and costs a signed round each. */
export const REPAIR_PAUSE_MS: number = 5_000;

/** An offer without answer counts as lost after this, in ms, and another may follow. */
export const ROUND_TIMEOUT_MS: number = 10_000;

/** After the other side closed DTLS without a hangup, in ms: the hangup is most likely still on its way. */
export const CLOSED_GRACE_MS: number = 2_000;

/** While a call rings in and its channel is gone, in ms: the caller redials at once if it still lives. */
export const CALLER_GONE_MS: number = 6_000;

/** Pauses before the caller opens a lost channel again, in ms; the last one repeats. */
export const REDIAL_PAUSES_MS: readonly number[] = [0, 1_000, 2_000, 4_000, 8_000, 15_000];

/** From an incoming channel's opening to its first call message, in ms. */
export const INTRODUCTION_TIMEOUT_MS: number = 10_000;

/** Incoming channels that have not yet brought a call, at most; the oldest makes room, so that idle ones keep nobody out. */
export const MAX_WAITING_CHANNELS = 16;

/** Of these from one device, at most; more are closed at once. */
export const MAX_WAITING_PER_DEVICE = 2;

/** Channels of blocked callers held open in silence, at most; the oldest goes first. */
export const MAX_SILENT_CHANNELS = 8;

/** Between two readings of the connection's statistics, in ms. */
export const STATS_INTERVAL_MS: number = 1_000;

/** Without one relayed candidate after this, in ms, the relays count as out of reach. Chromium gives up on UDP after about 10 s. */
export const RELAY_TIMEOUT_MS: number = 12_000;

/** The media route of an incoming call must be there within this, in ms. */
export const ROUTE_TIMEOUT_MS: number = 10_000;

/** Relay credentials that end within this are renewed before they are used again, in ms. */
export const ROUTE_MARGIN_MS: number = 60_000;
