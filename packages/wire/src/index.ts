/**
 * Every message and record that crosses a wire or a disk: schema, codec, limits, version.
 *
 * Main path: `codec.ts` (bytes in, value or refusal out) → `signed.ts` (the envelope every record travels in) →
 * `records.ts` (what people and supernodes sign) → `introduction.ts`, `chat.ts`, `call.ts` (what travels on channels) →
 * `central.ts` and `central-frame.ts` (between a device and a central server).
 * Left out: keys and who may sign what (`@skein/identity`), and any behaviour.
 *
 * @module
 */
export {
  CALL_PROTOCOL,
  type CallMessage,
  callMessage,
  type DescriptionPayload,
  descriptionPayload,
  type HangupReason,
  MAX_SDP_LENGTH,
} from "./call.ts";
export {
  CENTRAL_CLOSE,
  CENTRAL_PATH,
  type CentralRefusal,
  type CentralReply,
  type CentralRequest,
  centralReply,
  centralRequest,
  type LoginPayload,
  loginPayload,
  MAX_ACKNOWLEDGED,
  MAX_FOUND_RECORDS,
  MAX_MAIL_PAGE_BYTES,
  MAX_MAIL_PAGE_PIECES,
  MAX_WATCH_BATCH,
  type MailPiece,
  type PipeControl,
  type PipeEnd,
} from "./central.ts";
export {
  type CentralFrame,
  decodeReplyFrame,
  decodeRequestFrame,
  encodeDataFrame,
  encodeReplyFrame,
  encodeRequestFrame,
  MAX_PIPE_CHUNK_BYTES,
  MAX_REPLY_FRAME_BYTES,
  MAX_REQUEST_FRAME_BYTES,
  PIPE_WINDOW_BYTES,
} from "./central-frame.ts";
export { CHAT_PROTOCOL, type ChatMessage, chatMessage, MAX_RECEIPT_IDS, MAX_TEXT_LENGTH } from "./chat.ts";
export { definedFormats, defineFormat, type Format, type Parsed } from "./codec.ts";
export {
  type DurablePayload,
  durablePayload,
  MAX_DURABLE_BYTES,
  MAX_DURABLES_OF_USER,
  MAX_LISTED_DEVICES,
  MAX_REVOKED_DEVICES,
} from "./durable.ts";
export {
  type ExchangeReply,
  type ExchangeRequest,
  isExchange,
  MAX_FOLLOWED_USERS,
  MAX_GOSSIPED_ADS,
  MAX_OFFERED_RECORDS,
  MAX_ROSTER_ADS,
  MAX_STORED_RECORDS,
  type OfferedKind,
} from "./index-exchange.ts";
export {
  type DeviceSet,
  deviceSet,
  INDEX_PROTOCOL,
  INDEX_PROTOCOL_1,
  type IndexRefusal,
  type IndexReply,
  type IndexRequest,
  indexReply,
  indexRequest,
  isSince2,
  MAX_DEVICES_OF_USER,
  MAX_WATCHED_USERS,
} from "./index-protocol.ts";
export { type Introduction, introduction } from "./introduction.ts";
export {
  MAX_REACH_ADDRESSES,
  NONCE_BYTES,
  REACH_PROTOCOL,
  type ReachReply,
  type ReachRequest,
  reachReply,
  reachRequest,
} from "./reach.ts";
export {
  type AdPayload,
  adPayload,
  type CardPayload,
  type CertificatePayload,
  cardPayload,
  certificatePayload,
  MAX_AD_BYTES,
  MAX_ADS,
  MAX_CARD_BYTES,
  MAX_CERTIFICATE_BYTES,
  MAX_PRESENCE_BYTES,
  type PresencePayload,
  presencePayload,
  type ServingReport,
  type SupernodeListPayload,
  supernodeListPayload,
} from "./records.ts";
export {
  MAX_SIGNED_PAYLOAD_BYTES,
  type SignedEnvelope,
  type SigningPurpose,
  signedBytes,
  signedEnvelope,
} from "./signed.ts";
export {
  MAX_PROVEN_BUILDS,
  MAX_REVOKED_BUILDS,
  MAX_VERSION_NOTICE_BYTES,
  type VersionNoticePayload,
  versionNoticePayload,
} from "./version-notice.ts";
