/**
 * Values and ports that every other package speaks in.
 *
 * Main path: `ids.ts` (who) → `network.ts` (the port both modes implement) → `channel.ts` (a pipe to one device) →
 * `directory.ts` and `mailbox.ts` (where people are, what waits for them) → `events.ts` (what the product says of itself).
 * Left out: anything that does I/O, and every format (`@skein/wire`).
 *
 * @module
 */
export { type Channel, type CloseReason, MAX_MESSAGE_BYTES, type Path } from "./channel.ts";
export { type Clock, pause, systemClock } from "./clock.ts";
export type { Availability, Directory, Presence, PresenceChange, Via } from "./directory.ts";
export type { DeviceList, Durable, MailboxHint } from "./durable.ts";
export { isNetworkError, NetworkError, type NetworkErrorCode } from "./errors.ts";
export { type Report, type SkeinEvent, silent } from "./events.ts";
export {
  type DeviceId,
  deviceIdFromKey,
  fromBase64Url,
  isId,
  KEY_BYTES,
  keyFromId,
  type Protocol,
  toBase64Url,
  type UserId,
  userIdFromKey,
} from "./ids.ts";
export { createLive, type Live, type LiveSource, type Unsubscribe, until } from "./live.ts";
export type { Step } from "./machine.ts";
export { MAX_MAIL_BYTES, type Mail, type Mailbox } from "./mailbox.ts";
export type { IcePolicy, IceServer, MediaRoute, Mode, Network, NetworkStatus } from "./network.ts";
export { type Random, systemRandom } from "./random.ts";
export {
  createTrafficMeter,
  RADIO_TAIL_MS,
  type Traffic,
  type TrafficCount,
  type TrafficMeter,
  type TrafficShare,
} from "./traffic.ts";
