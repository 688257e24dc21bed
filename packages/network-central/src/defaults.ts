/** Numbers of the client half that are ours to tune. All in ms unless the name says otherwise. */

/** From dialling the server to its welcome. Lower fails on bad links, higher hides a dead server. */
export const LOGIN_TIMEOUT_MS = 10_000;

/** The server pings every 12 s; after this long without a word from it the link is dead. */
export const SILENCE_TIMEOUT_MS = 30_000;

/** One request to the server. */
export const REQUEST_TIMEOUT_MS = 10_000;

/** One dial, from asking the server to the proven key of the peer. */
export const DIAL_TIMEOUT_MS = 15_000;

/** One handshake with a device that dials us. Strangers hold a handshake no longer than this. */
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Handshakes with dialling devices at once; more are refused. Each costs about 3 ms of CPU. */
export const MAX_INBOUND_HANDSHAKES = 32;

/** How long `close` waits for the other side to have read what was sent. Higher: stopping takes longer when a peer hangs. */
export const CLOSE_TIMEOUT_MS = 2_000;

/** First wait before connecting again; doubles each time, with jitter. Lower: a restarted server is stormed. */
export const FIRST_BACK_OFF_MS = 500;

/** Longest wait before connecting again. Higher: people stay offline longer after an outage. */
export const LAST_BACK_OFF_MS = 15_000;

/** Own presence is signed anew this often; it lives 60 minutes. */
export const PRESENCE_EVERY_MS: number = 20 * 60_000;

/** Relay credentials are asked for anew when less than this is left. Longer than any ringing. */
export const CREDENTIAL_MARGIN_MS: number = 10 * 60_000;

/** Messages read from the link but not yet by the listener: above this the peer gets no more credit. */
export const UNREAD_HIGH_BYTES: number = 64 * 1024;

/** What one unread message counts besides its bytes. */
export const UNREAD_MESSAGE_BYTES = 64;

/** Pages of one `collect`; the rest comes with the next one. */
export const MAX_COLLECT_PAGES = 64;
