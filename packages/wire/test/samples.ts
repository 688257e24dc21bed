import type { Format } from "../src/codec.ts";
import * as wire from "../src/index.ts";

const bytes = (count: number, fill = 7): Uint8Array => new Uint8Array(count).fill(fill);
const key = bytes(32);
const id = bytes(16);
const issued = { issuedAt: 1_800_000_000_000, expiresAt: 1_800_000_600_000 };

/** A format beside values that use every variant of it. */
export interface Sample {
  readonly format: Format<unknown>;
  readonly values: readonly unknown[];
}

function sample<T>(format: Format<T>, ...values: T[]): Sample {
  return { format: format as Format<unknown>, values };
}

/** One entry for every format of this package; the test fails when a format has none. */
export const samples: readonly Sample[] = [
  sample(wire.signedEnvelope, { key, payload: bytes(100), signature: bytes(64) }),
  sample(wire.certificatePayload, { v: 1, device: key, name: "Chrome on Linux", ...issued, listVersion: 1 }),
  sample(wire.presencePayload, {
    v: 1,
    certificate: bytes(300),
    sequence: 5,
    ...issued,
    availability: "online",
    via: [{ supernode: key, addresses: ["/ip4/203.0.113.7/tcp/9101/ws"] }],
  }),
  sample(wire.cardPayload, { v: 1, name: "Ada Lovelace", hints: ["/ip4/203.0.113.7/tcp/9101/ws"] }),
  sample(
    wire.adPayload,
    { v: 1, addresses: ["/ip4/203.0.113.7/tcp/9101/ws"], build: "skein-0.1.0", ...issued, loadPct: 5, freeSlots: 900 },
    {
      v: 1,
      addresses: ["/ip4/203.0.113.7/tcp/9101/ws", "/ip4/203.0.113.7/udp/9102/webrtc-direct/certhash/uEi"],
      build: "skein-0.2.0+ab12cd3",
      ...issued,
      loadPct: 5,
      freeSlots: 380,
      serving: { phase: "open", since: issued.issuedAt, slots: 400, leaves: 20, turnedAway: 0, candidates: 7 },
    },
  ),
  sample(
    wire.supernodeListPayload,
    { v: 1, ...issued, ads: [bytes(400), bytes(500)], central: "wss://central.example/skein/central/1" },
    { v: 1, ...issued, ads: [] },
  ),
  sample(
    wire.versionNoticePayload,
    {
      v: 1,
      sequence: 7,
      ...issued,
      minimumVersion: "0.1.0",
      provenBuilds: ["skein-0.1.0+ab12cd3"],
      revokedBuilds: ["skein-0.1.1"],
      election: "open",
    },
    {
      v: 1,
      sequence: 8,
      ...issued,
      minimumVersion: "0.2.0",
      provenBuilds: [],
      revokedBuilds: [],
      election: "closed",
    },
  ),
  sample(wire.introduction, { certificate: bytes(300), card: bytes(200) }),
  sample(
    wire.chatMessage,
    { kind: "text", id, sentAt: issued.issuedAt, body: "Grüße 🪿\nsecond line" },
    { kind: "receipt", state: "read", ids: [id, bytes(16, 8)] },
  ),
  sample(wire.descriptionPayload, {
    v: 1,
    call: id,
    role: "caller",
    type: "offer",
    round: 0,
    from: key,
    to: bytes(32, 8),
    sdp: "v=0\r\n",
    fingerprint: key,
    ufrag: "abcd",
    pwd: "efgh",
    nonce: id,
    expiresAt: issued.expiresAt,
    inReplyTo: bytes(0),
  }),
  sample(
    wire.callMessage,
    { kind: "description", envelope: bytes(2_000) },
    { kind: "ringing", call: id },
    { kind: "accept", call: id },
    { kind: "resume", call: id },
    { kind: "candidate", call: id, round: 1, candidate: "candidate:1 1 udp 1 127.0.0.1 9 typ host" },
    { kind: "hangup", call: id, reason: "busy" },
  ),
  sample(
    wire.indexRequest,
    { kind: "put", id: 1, presence: bytes(900) },
    { kind: "keep", id: 2, presence: bytes(900) },
    { kind: "find", id: 3, user: key },
    { kind: "find-device", id: 4, device: key },
    { kind: "watch", id: 5, users: [key, bytes(32, 8)] },
    { kind: "turn", id: 6 },
    { kind: "neighbours", id: 7 },
    { kind: "announce", id: 8, ad: bytes(500) },
    { kind: "left", id: 9, device: key, sequence: 5 },
    { kind: "join", id: 10, as: "leaf", home: "yes", candidate: "no" },
    { kind: "here", id: 11 },
    { kind: "put-durable", id: 12, record: bytes(600) },
    { kind: "find-durable", id: 13, user: key },
    { kind: "store", id: 14, presences: [bytes(900)], durables: [bytes(600)] },
    { kind: "fetch", id: 15, of: "user", key },
    { kind: "offer", id: 16, of: "presence", items: [{ key, sequence: 5 }] },
    { kind: "follow", id: 17, users: [key, bytes(32, 8)] },
    { kind: "roster", id: 18 },
    { kind: "roster", id: 18, after: key },
    { kind: "gossip", id: 19, ads: [bytes(500)] },
  ),
  sample(
    wire.indexReply,
    { kind: "done", id: 1 },
    { kind: "refused", id: 2, reason: "rate" },
    { kind: "refused", id: 2, reason: "busy", retryAfterMs: 4_000 },
    { kind: "records", id: 3, records: [bytes(900), bytes(800)] },
    {
      kind: "turn",
      id: 4,
      urls: ["turn:203.0.113.7:3478?transport=udp"],
      username: "1800000600:abc",
      credential: "c2VjcmV0",
      expiresAt: issued.expiresAt,
    },
    { kind: "ads", id: 5, ads: [bytes(500)] },
    { kind: "ads", id: 5, ads: [bytes(500)], notice: bytes(700) },
    { kind: "joined", id: 6, observed: "203.0.113.9" },
    { kind: "ping" },
    { kind: "durables", id: 13, records: [bytes(600)] },
    { kind: "wanted", id: 16, keys: [key] },
    { kind: "roster", id: 18, ads: [bytes(500)], next: key },
    { kind: "presence", record: bytes(900) },
    { kind: "gone", user: key, device: bytes(32, 8), sequence: 5, at: issued.issuedAt },
  ),
  sample(
    wire.reachRequest,
    {
      kind: "dial-me",
      ports: [
        { port: "ws", address: "/ip4/203.0.113.7/tcp/9101/ws", nonce: id },
        { port: "udp", address: "/ip4/203.0.113.7/udp/9102/webrtc-direct/certhash/uEi", nonce: id },
      ],
    },
    { kind: "here", nonce: id },
  ),
  sample(
    wire.reachReply,
    {
      kind: "tried",
      ports: [
        { port: "ws", outcome: "reached" },
        { port: "udp", outcome: "not-reached" },
      ],
    },
    { kind: "refused", reason: "address" },
  ),
  sample(
    wire.durablePayload,
    { v: 1, kind: "device-list", sequence: 3, ...issued, devices: [key, bytes(32, 8)], revoked: [bytes(32, 9)] },
    {
      v: 1,
      kind: "mailbox-hint",
      sequence: 5,
      ...issued,
      certificate: bytes(300),
      mailboxes: [{ supernode: key, addresses: ["/ip4/203.0.113.7/tcp/9101/ws"] }],
    },
  ),
  sample(wire.deviceSet, { certificates: [bytes(300), bytes(310)] }),
  sample(wire.loginPayload, { v: 1, nonce: key, server: "wss://central.example" }),
  sample(
    wire.centralRequest,
    { kind: "login", certificate: bytes(300), proof: bytes(200) },
    { kind: "publish", id: 1, presence: bytes(900) },
    { kind: "publish-durable", id: 12, record: bytes(600) },
    { kind: "find-durable", id: 13, user: key },
    { kind: "find", id: 2, user: key },
    { kind: "watch", id: 3, users: [key] },
    { kind: "unwatch", id: 4, users: [key, bytes(32, 8)] },
    { kind: "deposit", id: 5, device: key, sealed: bytes(1_000) },
    { kind: "collect", id: 6, after: "abcdefghijklmnop" },
    { kind: "acknowledge", id: 7, pieces: ["abcdefghijklmnop"] },
    { kind: "credentials", id: 8 },
    { kind: "open", pipe: 2, device: key, protocol: "/skein/chat/1" },
    { kind: "credit", pipe: 2, sizeBytes: 65_536 },
    { kind: "close", pipe: 2, end: "ended" },
    { kind: "pong" },
  ),
  sample(
    wire.centralReply,
    { kind: "challenge", nonce: key },
    { kind: "welcome" },
    { kind: "ping" },
    { kind: "done", id: 1 },
    { kind: "failed", id: 2, code: "busy", reason: "too many at once" },
    { kind: "durables", id: 13, records: [bytes(600)] },
    { kind: "found", id: 3, presences: [bytes(900)] },
    {
      kind: "mail",
      id: 4,
      pieces: [{ piece: "abcdefghijklmnop", sealed: bytes(1_000), receivedAt: issued.issuedAt }],
      next: "abcdefghijklmnop",
    },
    {
      kind: "credentials",
      id: 5,
      urls: ["turn:203.0.113.7:3478?transport=udp"],
      username: "1800000600:abc",
      credential: "c2VjcmV0",
      expiresAt: issued.expiresAt,
    },
    { kind: "presence", record: bytes(900) },
    { kind: "gone", user: key, device: bytes(32, 8), at: issued.issuedAt },
  ),
];
