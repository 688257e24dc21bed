import type { CloseReason } from "@skein/core";
import { MAX_RECEIPT_IDS } from "@skein/wire";
import { RECEIPT_DELAY_MS, REPEATED_READS } from "./defaults.ts";
import type { Emit } from "./delivery-events.ts";
import { currentChannel, type DeliveryState, NEVER, type OwedReceipt } from "./delivery-state.ts";
import type { MessageId } from "./message.ts";

/** What we owe the peer for their messages. Pure; called by `delivery.ts`. */

/** A text of the peer is stored: its receipt is owed on the channel it came by, if that still stands. */
export function onStored(
  state: DeliveryState,
  stored: { readonly now: number; readonly channel: number; readonly id: MessageId },
): DeliveryState {
  const { link } = state;
  if (link.kind !== "open" || !link.channels.some(({ number }) => number === stored.channel)) return state;
  const receipts = [...link.receipts, { channel: stored.channel, id: stored.id }];
  const receiptsAt = Math.min(link.receiptsAt, stored.now + RECEIPT_DELAY_MS);
  return { ...state, link: { ...link, receipts, receiptsAt } };
}

/** A text is not kept: no later one of that channel may be either, or there would be a gap. What was kept before is told first. */
export function onRefused(
  state: DeliveryState,
  refused: { readonly now: number; readonly channel: number; readonly reason: CloseReason },
  emit: Emit,
): DeliveryState {
  const { link } = state;
  const due: DeliveryState = link.kind === "open" ? { ...state, link: { ...link, receiptsAt: refused.now } } : state;
  const written = writeReceipts(due, refused.now, emit);
  emit({ kind: "close", channel: refused.channel, reason: refused.reason });
  return written;
}

/** Messages were read here and their author may know. */
export function onRead(state: DeliveryState, ids: readonly MessageId[]): DeliveryState {
  return {
    ...state,
    owedReads: [...state.owedReads, ...ids],
    recentReads: [...state.recentReads, ...ids].slice(-REPEATED_READS),
  };
}

/** Writes the receipts that are due, in as few frames as their size allows. */
export function writeReceipts(state: DeliveryState, now: number, emit: Emit): DeliveryState {
  const { link } = state;
  const current = currentChannel(state);
  if (link.kind !== "open" || current === undefined) return state;
  for (const ids of inFrames(state.owedReads))
    emit({ kind: "write", channel: current, frame: { kind: "receipt", state: "read", ids } });
  const due = link.receiptsAt <= now || link.receipts.length >= MAX_RECEIPT_IDS;
  if (due) {
    for (const [channel, owed] of byChannel(link.receipts))
      for (const ids of inFrames(owed))
        emit({ kind: "write", channel, frame: { kind: "receipt", state: "delivered", ids } });
  }
  const settled = due ? { ...link, receipts: [], receiptsAt: NEVER } : link;
  return due || state.owedReads.length > 0 ? { ...state, link: settled, owedReads: [] } : state;
}

function byChannel(receipts: readonly OwedReceipt[]): Map<number, MessageId[]> {
  const groups = new Map<number, MessageId[]>();
  for (const { channel, id } of receipts) groups.set(channel, [...(groups.get(channel) ?? []), id]);
  return groups;
}

function inFrames(ids: readonly MessageId[]): MessageId[][] {
  const frames: MessageId[][] = [];
  for (let from = 0; from < ids.length; from += MAX_RECEIPT_IDS) frames.push(ids.slice(from, from + MAX_RECEIPT_IDS));
  return frames;
}
