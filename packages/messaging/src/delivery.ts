import type { Step } from "@skein/core";
import { MIN_REDIAL_MS } from "./defaults.ts";
import type { DeliveryInput, DeliveryOutput, Emit } from "./delivery-events.ts";
import { decideLink, onChannelDown, onChannelUp, onDialFailed, onDialWanted, onOverdue } from "./delivery-link.ts";
import { fillWindow, onGiven, onReceipt, onSend } from "./delivery-outbox.ts";
import { onRead, onRefused, onStored, writeReceipts } from "./delivery-receipts.ts";
import { type Belief, type DeliveryState, NEVER } from "./delivery-state.ts";

/** One step of the delivery of one conversation. Rules: docs/spec/messaging.md#MS1 to MS15. */
export function stepDelivery(state: DeliveryState, input: DeliveryInput): Step<DeliveryState, DeliveryOutput> {
  const outputs: DeliveryOutput[] = [];
  const emit: Emit = (output) => void outputs.push(output);
  // Every input only edits the state; these three then decide, whatever the input was.
  const edited = apply(state, input, emit);
  const linked = decideLink(edited, input.now, emit);
  const written = fillWindow(writeReceipts(linked, input.now, emit), input.now, emit);
  return { state: askToWake(written, emit), outputs };
}

function apply(state: DeliveryState, input: DeliveryInput, emit: Emit): DeliveryState {
  switch (input.kind) {
    case "send":
      return onSend(state, input.message);
    case "channel-up":
      return onChannelUp(state, input.channel, emit);
    case "channel-down":
      return onChannelDown(state, input);
    case "dial-failed":
      return onDialFailed(state, input);
    case "heard":
      return onHeard(state, input, emit);
    case "stored":
      return onStored(state, input);
    case "refused":
      return onRefused(state, input, emit);
    case "given":
      return onGiven(state, input, emit);
    case "read":
      return onRead(state, input.ids);
    case "peer":
      return onPeer(state, input.belief);
    case "network":
      return onNetwork(state, input.status);
    case "connect":
      return onDialWanted(state, MIN_REDIAL_MS);
    case "tick":
      return onOverdue({ ...state, wakeAt: NEVER }, input, emit);
  }
}

function onHeard(state: DeliveryState, input: DeliveryInput & { kind: "heard" }, emit: Emit): DeliveryState {
  if (input.frame.kind === "receipt") return onReceipt(state, input.now, input.frame, emit);
  emit({ kind: "store", channel: input.channel, text: input.frame });
  return state;
}

/** News that the peer is there are worth a dial at once, as if for the first time; news that they left only slow us down. */
function onPeer(state: DeliveryState, belief: Belief): DeliveryState {
  if (belief !== "online" || state.link.kind !== "waiting") return { ...state, belief };
  return onDialWanted({ ...state, belief, dials: 0 }, MIN_REDIAL_MS);
}

function onNetwork(state: DeliveryState, network: "up" | "down"): DeliveryState {
  const next = { ...state, network };
  if (network === state.network || network === "down" || state.link.kind !== "waiting") return next;
  return onDialWanted({ ...next, dials: 0 }, MIN_REDIAL_MS);
}

function askToWake(state: DeliveryState, emit: Emit): DeliveryState {
  const wakeAt = nextDeadline(state);
  if (wakeAt === state.wakeAt) return state;
  if (wakeAt !== NEVER) emit({ kind: "wake", at: wakeAt });
  return { ...state, wakeAt };
}

function nextDeadline(state: DeliveryState): number {
  const { link } = state;
  if (link.kind === "open") return Math.min(link.receiptsAt, link.acknowledgeBy);
  return link.kind === "waiting" && state.network === "up" ? link.until : NEVER;
}
