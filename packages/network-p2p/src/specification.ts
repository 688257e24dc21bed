import { MAX_MESSAGE_BYTES } from "@skein/core";
import { indexReply, indexRequest } from "@skein/wire";

/** What must agree between peers; docs/spec/p2p.md. What is ours to tune stands in `defaults.ts`. */

/** Largest frame of a channel: one message and its kind. */
export const MAX_CHANNEL_FRAME_BYTES: number = MAX_MESSAGE_BYTES + 1;

/** Largest frame of the index protocol, in either direction. */
export const MAX_INDEX_FRAME_BYTES: number = Math.max(indexRequest.maxBytes, indexReply.maxBytes);

/** A direct connection counts once both sides have seen a frame go each way on this protocol. */
export const PROBE_PROTOCOL = "/skein/probe/1";

/** WebRTC between two leaves is negotiated on this protocol (@libp2p/webrtc). */
export const SIGNALLING_PROTOCOL = "/webrtc-signaling/0.0.1";

/** The DHT of the supernodes; a network of its own. */
export const KAD_PROTOCOL = "/skein/kad/1.0.0";

/** Key of one device's presence in the DHT: `/skein/presence/<device>`. */
export const PRESENCE_KEY_PREFIX = "/skein/presence/";

/** Key of the devices of one user in the DHT: `/skein/devices/<user>`. */
export const DEVICES_KEY_PREFIX = "/skein/devices/";

/** Key of a durable record in the DHT: `/skein/durable/list-<user>` or `/skein/durable/hint-<device>`. */
export const DURABLE_KEY_PREFIX = "/skein/durable/";

/** Supernodes a leaf names in its presence. */
export const MAX_VIAS = 3;
