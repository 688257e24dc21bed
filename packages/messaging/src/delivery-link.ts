import type { CloseReason } from "@skein/core";
import { backoffMs } from "./backoff.ts";
import { MAX_CHANNELS, MIN_REDIAL_MS, SUPERSEDED_GRACE_MS, SUPERSEDED_REDIAL_MS } from "./defaults.ts";
import type { Emit } from "./delivery-events.ts";
import { type DeliveryState, hasWork, type Link, NEVER, type OpenChannel } from "./delivery-state.ts";

/** Opening and losing channels, and when to dial. Pure; called by `delivery.ts`. */

type Open = Link & { kind: "open" };

/**
 * A channel opened: it becomes the one we send on, and everything not acknowledged goes out on it again. The newest is
 * taken because a peer that lost us without our noticing is the one that dials anew.
 */
export function onChannelUp(state: DeliveryState, channel: OpenChannel, emit: Emit): DeliveryState {
  const before = state.link.kind === "open" ? state.link.channels : [];
  for (const { number } of before.slice(0, Math.max(0, before.length + 1 - MAX_CHANNELS)))
    emit({ kind: "close", channel: number, reason: "done" });
  const receipts = state.link.kind === "open" ? state.link.receipts : [];
  return withChannels(state, [...before, channel].slice(-MAX_CHANNELS), receipts);
}

/** A channel ended. Unknown numbers are those we gave up ourselves. */
export function onChannelDown(
  state: DeliveryState,
  ended: { readonly now: number; readonly channel: number; readonly reason: CloseReason; readonly chance: number },
): DeliveryState {
  const { link } = state;
  if (link.kind !== "open") return state;
  const gone = link.channels.find(({ number }) => number === ended.channel);
  if (gone === undefined) return state;
  const left = link.channels.filter((channel) => channel !== gone);
  if (left.length === 0) return onLinkLost(state, gone, ended);
  if (gone === link.channels.at(-1)) return withChannels(state, left, link.receipts);
  return { ...state, link: { ...link, channels: left, receipts: receiptsOf(left, link.receipts) } };
}

/** The dial we asked for failed. Without meaning when the peer's own dial came through meanwhile. */
export function onDialFailed(
  state: DeliveryState,
  failed: { readonly now: number; readonly chance: number },
): DeliveryState {
  return state.link.kind === "dialling" ? waitOut(state, failed) : state;
}

/** Time passed: a channel that took messages and acknowledges nothing is as good as lost. */
export function onOverdue(
  state: DeliveryState,
  tick: { readonly now: number; readonly chance: number },
  emit: Emit,
): DeliveryState {
  const { link } = state;
  if (link.kind !== "open" || link.acknowledgeBy > tick.now) return state;
  const { number } = link.channels.at(-1) as OpenChannel;
  emit({ kind: "close", channel: number, reason: "lost" });
  return onChannelDown(state, { ...tick, channel: number, reason: "lost" });
}

/** Brings the next dial forward, to not less than `spacingMs` after the last one. */
export function onDialWanted(state: DeliveryState, spacingMs: number): DeliveryState {
  const { link } = state;
  const soonest = state.dialledAt + spacingMs;
  if (link.kind === "idle") return { ...state, link: { kind: "waiting", until: soonest } };
  if (link.kind !== "waiting" || link.until <= soonest) return state;
  return { ...state, link: { kind: "waiting", until: soonest } };
}

/** The one place that decides to dial. */
export function decideLink(state: DeliveryState, now: number, emit: Emit): DeliveryState {
  if (state.link.kind === "idle" && hasWork(state)) return decideLink(onDialWanted(state, MIN_REDIAL_MS), now, emit);
  if (state.link.kind !== "waiting" || state.link.until > now || state.network === "down") return state;
  emit({ kind: "dial" });
  return { ...state, link: { kind: "dialling" }, dials: state.dials + 1, dialledAt: now };
}

/** A current channel that was not current before: what the one before may have lost goes again. */
function withChannels(
  state: DeliveryState,
  channels: readonly OpenChannel[],
  receipts: Open["receipts"],
): DeliveryState {
  const kept = receiptsOf(channels, receipts);
  const receiptsAt = state.link.kind === "open" && kept.length > 0 ? state.link.receiptsAt : NEVER;
  return {
    ...state,
    link: { kind: "open", channels, receipts: kept, receiptsAt, acknowledgeBy: NEVER },
    outbox: state.outbox.map((message) => ({ ...message, transit: "waiting" })),
    owedReads: [...new Set([...state.recentReads, ...state.owedReads])],
  };
}

/** Receipts of a lost channel are dropped: what they answer comes again, and is answered again. */
function receiptsOf(channels: readonly OpenChannel[], receipts: Open["receipts"]): Open["receipts"] {
  return receipts.filter((receipt) => channels.some(({ number }) => number === receipt.channel));
}

function onLinkLost(
  state: DeliveryState,
  gone: OpenChannel,
  ended: { readonly now: number; readonly reason: CloseReason; readonly chance: number },
): DeliveryState {
  const idle: DeliveryState = {
    ...state,
    link: { kind: "idle" },
    outbox: state.outbox.map((message) => ({ ...message, transit: "waiting" })),
  };
  if (ended.reason === "superseded") {
    if (gone.dialledBy === "us") return onDialWanted(idle, SUPERSEDED_REDIAL_MS);
    return hasWork(idle) ? { ...idle, link: { kind: "waiting", until: ended.now + SUPERSEDED_GRACE_MS } } : idle;
  }
  return hasWork(idle) ? waitOut(idle, ended) : idle;
}

function waitOut(
  state: DeliveryState,
  { now, chance }: { readonly now: number; readonly chance: number },
): DeliveryState {
  return { ...state, link: { kind: "waiting", until: now + backoffMs(state.dials, state.belief, chance) } };
}
