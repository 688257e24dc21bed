import { REPEATED_READS } from "./defaults.ts";
import type { MessageId } from "./message.ts";

/** A deadline that never comes. */
export const NEVER: number = Number.POSITIVE_INFINITY;

/** What watching the directory makes us believe of the peer. A hint: it sets the pace of dialling, nothing else. */
export type Belief = "unknown" | "online" | "offline";

/** One message on its way to the peer. */
export interface Outgoing {
  readonly id: MessageId;
  readonly body: string;
  readonly sentAt: number;
  /** `given`: handed to the current channel, not yet acknowledged. */
  readonly transit: "waiting" | "given";
}

/** A channel with the peer that is open and introduced. Numbers are the driver's; each is used once. */
export interface OpenChannel {
  readonly number: number;
  readonly dialledBy: "us" | "peer";
}

/** A `delivered` receipt not yet written; it goes back by the channel its message came from. */
export interface OwedReceipt {
  readonly channel: number;
  readonly id: MessageId;
}

/** How we stand with the peer. Times in ms since 1970. */
export type Link =
  /** No channel, and none wanted. */
  | { readonly kind: "idle" }
  | { readonly kind: "dialling" }
  /** Dials at `until`, or as soon as the network is up after it. */
  | { readonly kind: "waiting"; readonly until: number }
  | {
      readonly kind: "open";
      /** Oldest first; the last is the one we send on. Never empty. */
      readonly channels: readonly OpenChannel[];
      readonly receipts: readonly OwedReceipt[];
      readonly receiptsAt: number;
      /** When the current channel is given up unless something is acknowledged before. */
      readonly acknowledgeBy: number;
    };

/** Everything delivery knows of one conversation. */
export interface DeliveryState {
  readonly link: Link;
  /** Our own network: while down nothing is dialled; open channels live on. */
  readonly network: "up" | "down";
  readonly belief: Belief;
  /** Dials since the peer last acknowledged anything. */
  readonly dials: number;
  readonly dialledAt: number;
  /** Messages not yet acknowledged, in the order of sending. */
  readonly outbox: readonly Outgoing[];
  /** Read receipts not yet written, oldest first. */
  readonly owedReads: readonly MessageId[];
  /** The newest messages read here, repeated on every new channel; at most {@link REPEATED_READS}. */
  readonly recentReads: readonly MessageId[];
  /** The wake-up last asked for. */
  readonly wakeAt: number;
}

/** Delivery of a conversation as it is loaded: its undelivered messages and newest reads, both oldest first. */
export function initialDelivery(loaded: {
  readonly outbox: readonly Omit<Outgoing, "transit">[];
  readonly reads: readonly MessageId[];
}): DeliveryState {
  return {
    link: { kind: "idle" },
    network: "down",
    belief: "unknown",
    dials: 0,
    dialledAt: Number.NEGATIVE_INFINITY,
    outbox: loaded.outbox.map(({ id, body, sentAt }) => ({ id, body, sentAt, transit: "waiting" })),
    owedReads: [],
    recentReads: loaded.reads.slice(-REPEATED_READS),
    wakeAt: NEVER,
  };
}

/** Says whether something must reach the peer. */
export function hasWork(state: DeliveryState): boolean {
  return state.outbox.length > 0 || state.owedReads.length > 0;
}

/** The number of the channel we send on, if one is open. */
export function currentChannel(state: DeliveryState): number | undefined {
  return state.link.kind === "open" ? state.link.channels.at(-1)?.number : undefined;
}
