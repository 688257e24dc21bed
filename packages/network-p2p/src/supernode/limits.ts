/** Ours to tune, for supernodes. Each: what it is · unit · what rises and falls. */

/** Relay slots for leaves. */
export const MAX_RESERVATIONS = 2_000;

/** Life of a relay slot, ms; a leaf renews it 5 minutes before. The dead are found by pings: a short life would only cost. */
export const RESERVATION_TTL_MS: number = 4 * 3_600_000;

/** One relayed connection may last this long, ms, and carry so many bytes, both directions together. */
export const RELAYED_DURATION_MS: number = 2 * 3_600_000;
export const RELAYED_BYTES: bigint = 32n << 20n;

/** Relayed connections one leaf may have open through us, as the caller, and through us to all leaves. */
export const MAX_HOPS_FROM_LEAF = 128;
export const MAX_STOPS_TO_LEAF = 256;

/** Connections in all; per second from one address (offices share one); half-open ones. */
export const MAX_CONNECTIONS = 5_000;
export const MAX_CONNECTIONS_PER_SECOND = 50;
export const MAX_PENDING_CONNECTIONS = 200;

/** Presence records kept; about 2 KiB each in memory. */
export const MAX_RECORDS = 50_000;

/** Users whose devices are kept. */
export const MAX_USERS = 50_000;

/** A write to the DHT is waited for this long, ms; it goes on behind. A read ends then with what came. */
export const DHT_WRITE_WAIT_MS = 2_000;
export const DHT_TIMEOUT_MS = 10_000;
export const DHT_READ_WAIT_MS = 2_000;

/** Answers of different holders that a read waits for. */
export const READ_QUORUM = 3;

/** A user's list of devices is put into the DHT again after this, ms. */
export const RELIST_AFTER_MS: number = 60 * 60_000;

/** Supernodes we stay connected to beside the DHT's own connections. */
export const MAX_NEIGHBOURS = 16;

/** Supernodes that a node which serves nobody keeps to: as many as a leaf. */
export const NEIGHBOURS_OF_IDLE = 3;

/** A peer that joined and is quiet for so long is pinged, ms: where it is at home, and elsewhere. */
export const HOME_QUIET_MS = 60_000;
export const STANDBY_QUIET_MS = 240_000;

/** A ping is answered within this time, ms, or the peer is gone: so a vanished host is told of within 90 s. */
export const PING_ANSWER_MS = 20_000;

/** A peer that did not join and is silent this long is closed, ms: builds before 0.2 speak every 4 minutes. */
export const SILENT_LEAF_MS: number = 10 * 60_000;

/** After one of a device's supernodes lost it, this long for the device to say otherwise, ms; then watchers hear `gone`. */
export const GONE_AFTER_MS = 2_000;

/** Life of relay credentials, ms: as long as a long call. */
export const TURN_LIFETIME_MS: number = 6 * 3_600_000;

/** Requests of one peer: at once, and per second afterwards. `dear` are those that cost others something. */
export const CHEAP_REQUESTS: { readonly burst: number; readonly perSecond: number } = { burst: 100, perSecond: 10 };
export const DEAR_REQUESTS: { readonly burst: number; readonly perSecond: number } = { burst: 30, perSecond: 1 };

/** Peers whose request rate is remembered. */
export const MAX_RATED_PEERS = 10_000;

/** A verdict at the door stands this long, ms: relay slot and index stream of one arrival hear the same. */
export const DOOR_MEMORY_MS = 5_000;

/** Who had a slot within this time comes back rather than anew, ms: most of its work here is done. */
export const RETURNING_MS: number = 10 * 60_000;

/** Devices the door remembers, of each sort. */
export const MAX_REMEMBERED_AT_DOOR = 4_096;

/** Dial-backs done for others: of one address and in all, at once and per second afterwards. */
export const DIAL_BACKS_PER_ADDRESS: { readonly burst: number; readonly perSecond: number } = {
  burst: 16,
  perSecond: 0.2,
};
export const DIAL_BACKS: { readonly burst: number; readonly perSecond: number } = { burst: 40, perSecond: 4 };

/** A dial-back may take this long, ms; whom it did not reach by then it did not reach. */
export const DIAL_BACK_TIMEOUT_MS = 8_000;

/** Addresses whose dial-backs are counted. */
export const MAX_RATED_ADDRESSES = 4_096;
