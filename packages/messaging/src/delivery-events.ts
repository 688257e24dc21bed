import type { CloseReason } from "@skein/core";
import type { Belief, OpenChannel, Outgoing } from "./delivery-state.ts";
import type { MessageId } from "./message.ts";

/** What goes into delivery and what comes out of it. */

/** What travels on a chat channel, ids as text. */
export type Frame =
  | { readonly kind: "text"; readonly id: MessageId; readonly sentAt: number; readonly body: string }
  | { readonly kind: "receipt"; readonly state: "delivered" | "read"; readonly ids: readonly MessageId[] };

/** What can happen to a conversation. `now` in ms since 1970; `chance` in [0, 1), for spreading waits. */
export type DeliveryInput =
  /** A message of ours is stored and shall reach the peer. */
  | { readonly kind: "send"; readonly now: number; readonly message: Omit<Outgoing, "transit"> }
  /** A channel with the peer is open and both sides are introduced. */
  | { readonly kind: "channel-up"; readonly now: number; readonly channel: OpenChannel }
  | {
      readonly kind: "channel-down";
      readonly now: number;
      readonly channel: number;
      readonly reason: CloseReason;
      readonly chance: number;
    }
  /** The dial asked for brought no channel. */
  | { readonly kind: "dial-failed"; readonly now: number; readonly chance: number }
  | { readonly kind: "heard"; readonly now: number; readonly channel: number; readonly frame: Frame }
  /** A text asked to be kept is in the store, now or since long. */
  | { readonly kind: "stored"; readonly now: number; readonly channel: number; readonly id: MessageId }
  /** A text asked to be kept cannot or shall not be: its channel closes, after the receipts of those before it. */
  | { readonly kind: "refused"; readonly now: number; readonly channel: number; readonly reason: CloseReason }
  /** A channel took the message. */
  | { readonly kind: "given"; readonly now: number; readonly channel: number; readonly id: MessageId }
  /** These were read here, and their author may know. */
  | { readonly kind: "read"; readonly now: number; readonly ids: readonly MessageId[] }
  /** News of the peer from the directory: sent once for each, not for what was known before. */
  | { readonly kind: "peer"; readonly now: number; readonly belief: Belief }
  | { readonly kind: "network"; readonly now: number; readonly status: "up" | "down" }
  /** Someone looks at the conversation: a channel shall be open if it can be. */
  | { readonly kind: "connect"; readonly now: number }
  | { readonly kind: "tick"; readonly now: number; readonly chance: number };

/** What the driver must do, in this order. Leaving a message with a mailbox would be one more kind of these. */
export type DeliveryOutput =
  /** Find the peer and dial; answer with `channel-up` or `dial-failed`. */
  | { readonly kind: "dial" }
  /** Write a frame; answer a text with `given` when the channel took it. */
  | { readonly kind: "write"; readonly channel: number; readonly frame: Frame }
  | { readonly kind: "close"; readonly channel: number; readonly reason: CloseReason }
  /** Keep a text of the peer; answer `stored`, also for one kept before. */
  | { readonly kind: "store"; readonly channel: number; readonly text: Frame & { kind: "text" } }
  /** Move our messages on; those further on already, and those unknown, stay as they are. */
  | { readonly kind: "advance"; readonly ids: readonly MessageId[]; readonly state: "sent" | "delivered" | "read" }
  /** Send a `tick` at this time; replaces the one asked for before. */
  | { readonly kind: "wake"; readonly at: number };

/** Takes what a transition wants done. */
export type Emit = (output: DeliveryOutput) => void;
