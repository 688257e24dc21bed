import type { AddressLimits } from "./address-caps.ts";
import type { Rate } from "./request-rates.ts";

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

/** Connections in all; half-open ones; how long a handshake may take, ms. */
export const MAX_CONNECTIONS = 5_000;
export const MAX_PENDING_CONNECTIONS = 500;
export const HANDSHAKE_TIMEOUT_MS = 10_000;

/** What one address may have, offices and carriers' gateways in mind: three times 20 leaves, and who visits them. */
export const ADDRESS_LIMITS: AddressLimits = {
  reservations: 64,
  connections: 256,
  halfOpen: 64,
  perSecond: 50,
  burst: 100,
  counted: "public",
};

/** Addresses whose rate is remembered after their last connection. */
export const MAX_REMEMBERED_ADDRESSES = 4_096;

/** One WebSocket message, bytes: libp2p sends at most 64 KiB at once. */
export const MAX_WS_MESSAGE_BYTES: number = 256 * 1024;

/** Unsent bytes of one connection: in its socket, then beside it; then it is ended.
 * And of one stream, then that is reset: of the index, and of others. */
export const MAX_SOCKET_BYTES: number = 256 * 1024;
export const MAX_UNSENT_BYTES: number = 256 * 1024;
export const MAX_UNSENT_ANSWER_BYTES: number = 256 * 1024;
export const MAX_STREAM_UNSENT_BYTES: number = 1024 * 1024;

/** Streams one peer may have open to us at once. */
export const MAX_STREAMS_FROM_PEER = 256;

/** Pings of the muxer on one connection: its keep-alive is one in 30 s, where it is on. */
export const MUXER_PINGS: Rate = { burst: 32, perSecond: 0.5 };

/** Streams that one peer opens to us: at once, and per second afterwards. `hop`: relay slots and relayed connections. */
export const PROTOCOL_STREAMS: Readonly<Record<"hop" | "identify" | "ping", Rate>> = {
  hop: { burst: 128, perSecond: 4 },
  identify: { burst: 16, perSecond: 0.2 },
  ping: { burst: 16, perSecond: 1 },
};

/** DHT requests of one address (where addresses count, else of one peer); of them, writes: 300 a minute. */
export const DHT_REQUESTS: Rate = { burst: 1_000, perSecond: 100 };
export const DHT_WRITES: Rate = { burst: 300, perSecond: 5 };

/** DHT writes of others under way at once. */
export const MAX_PENDING_DHT_WRITES = 256;

/** Longest request to the relay; longest DHT message: a device set, the key twice, and what kad-dht puts around. Bytes. */
export const MAX_HOP_FRAME_BYTES: number = 4 * 1024;
export const MAX_DHT_FRAME_BYTES: number = 16 * 1024;

/** Presence records kept; about 2 KiB each in memory. */
export const MAX_RECORDS = 50_000;

/** Users whose devices are kept. */
export const MAX_USERS = 50_000;

/** A write to the DHT is waited for this long, ms; it goes on behind. A read ends then with what came. */
export const WRITE_WAIT_MS = 2_000;
export const DHT_TIMEOUT_MS = 10_000;
export const READ_WAIT_MS = 2_000;

/** Answers of different holders that a read waits for. */
export const READ_QUORUM = 3;

/** A user's list of devices is put into the DHT again after this, ms. */
export const RELIST_AFTER_MS: number = 60 * 60_000;

/** Supernodes we stay connected to: all of them in a network whose records lie everywhere. */
export const MAX_NEIGHBOURS = 64;

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
export const CHEAP_REQUESTS: Rate = { burst: 100, perSecond: 10 };
export const DEAR_REQUESTS: Rate = { burst: 30, perSecond: 1 };

/** Records that one supernode stores or fetches at another: at once, and per second afterwards. Checking one takes 3 ms. */
export const RECORD_REQUESTS: { readonly burst: number; readonly perSecond: number } = { burst: 1_000, perSecond: 50 };

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
/** Supernodes whose ads are kept, about 1 KiB each: the most a one-hop index is for. */
export const MAX_ROSTER = 5_000;

/** An ad is handed on as long as it was signed this long ago at most, ms: a living supernode signs anew before. */
export const FRESH_AD_MS: number = 20 * 60_000;

/** A supernode that failed is tried again after this, ms; doubles up to the longest. */
export const SUSPECT_FIRST_RETRY_MS = 30_000;
export const SUSPECT_LONGEST_RETRY_MS: number = 10 * 60_000;

/** Holders of a record in a large network. More: survives more failures, costs a request each at every change. */
export const REPLICAS = 3;

/** Up to so many supernodes each record is kept by all of them: found in one trip. Higher: faster, dearer to keep. */
export const EVERYWHERE_UP_TO = 64;

/** Answers that a read of three holders waits for: with two of three written, one of them has the newest. */
export const READ_MAJORITY = 2;

/** After a first answer that found something a read waits this long for the majority, ms. */
export const READ_GRACE_MS = 150;

/** Streams kept open to other supernodes; the longest unused is closed. */
export const MAX_POOLED_SUPERNODES = 256;

/** Records waiting to be sent to one supernode; beyond, the oldest are given up. */
export const MAX_UNSENT_RECORDS = 4_096;

/** What a holder did not take is sent again after this, ms, doubling; after so many tries in a row it is given up. */
export const SEND_AGAIN_FIRST_MS = 1_000;
export const MAX_SEND_TRIES = 8;

/** Ads are passed on to so many neighbours, chosen by lot, when they are news; newer ones of the known only after so long, ms. */
export const GOSSIP_FANOUT = 6;
export const GOSSIP_NEWER_AFTER_MS: number = 10 * 60_000;

/** The whole roster is compared with one neighbour's this often, ms. */
export const ROSTER_SYNC_MS: number = 10 * 60_000;

/** Records are handed over this long after supernodes came or went, ms: changes come in groups. */
export const HAND_OVER_AFTER_MS = 1_000;

/** Holders compare what they keep for the long term this often, ms. */
export const REPUBLISH_DURABLES_MS: number = 60 * 60_000;

/** A follow at another supernode lasts this long, ms, and is renewed in half of it; users followed for one supernode. */
export const FOLLOW_MS: number = 8 * 60_000;
export const MAX_FOLLOWED = 20_000;

/** Users whose durable records are kept; about 3 KiB each, on disk too. */
export const MAX_DURABLE_USERS = 50_000;

/** Devices one peer may put records of within an hour: a leaf has its own; a supernode those of its leaves. */
export const MAX_DEVICES_FROM_LEAF = 32;
export const MAX_DEVICES_FROM_SUPERNODE = 20_000;

/** Changes of one record: at once, and then one in so long, ms. */
export const CHANGES_AT_ONCE = 30;
export const CHANGE_EVERY_MS = 10_000;
