import { ACKNOWLEDGE_TIMEOUT_MS, SEND_REDIAL_MS, WINDOW_LENGTH, WINDOW_MESSAGES } from "./defaults.ts";
import type { Emit, Frame } from "./delivery-events.ts";
import { onDialWanted } from "./delivery-link.ts";
import { currentChannel, type DeliveryState, NEVER, type Outgoing } from "./delivery-state.ts";
import type { MessageId } from "./message.ts";

/** Our messages on their way, in order and within a window. Pure; called by `delivery.ts`. */

/** A message of ours joins the end of the outbox. */
export function onSend(state: DeliveryState, message: Omit<Outgoing, "transit">): DeliveryState {
  const queued: DeliveryState = { ...state, outbox: [...state.outbox, { ...message, transit: "waiting" }] };
  return state.link.kind === "waiting" ? onDialWanted(queued, SEND_REDIAL_MS) : queued;
}

/** A channel took a message. One that was acknowledged meanwhile is further on already. */
export function onGiven(
  state: DeliveryState,
  given: { readonly now: number; readonly channel: number; readonly id: MessageId },
  emit: Emit,
): DeliveryState {
  if (!state.outbox.some(({ id }) => id === given.id)) return state;
  emit({ kind: "advance", ids: [given.id], state: "sent" });
  return given.channel === currentChannel(state) ? expectAcknowledgement(state, given.now) : state;
}

/** The peer acknowledges: these need not be sent again, the channel works, and so does dialling. */
export function onReceipt(
  state: DeliveryState,
  now: number,
  receipt: Frame & { kind: "receipt" },
  emit: Emit,
): DeliveryState {
  if (receipt.ids.length > 0) emit({ kind: "advance", ids: receipt.ids, state: receipt.state });
  const acknowledged = new Set(receipt.ids);
  const outbox = state.outbox.filter(({ id }) => !acknowledged.has(id));
  return expectAcknowledgement({ ...state, outbox, dials: 0 }, now);
}

/** Gives the current channel the next messages, the oldest first, while the window has room. */
export function fillWindow(state: DeliveryState, now: number, emit: Emit): DeliveryState {
  const channel = currentChannel(state);
  if (channel === undefined) return state;
  const given = state.outbox.filter(({ transit }) => transit === "given");
  let messages = given.length;
  let length = given.reduce((sum, { body }) => sum + body.length, 0);
  const fits = ({ body }: Outgoing): boolean =>
    messages === 0 || (messages < WINDOW_MESSAGES && length + body.length <= WINDOW_LENGTH);
  const outbox = [...state.outbox];
  for (let index = messages; index < outbox.length; index += 1) {
    const message = outbox[index] as Outgoing;
    if (!fits(message)) break;
    messages += 1;
    length += message.body.length;
    outbox[index] = { ...message, transit: "given" };
    emit({
      kind: "write",
      channel,
      frame: { kind: "text", id: message.id, sentAt: message.sentAt, body: message.body },
    });
  }
  return messages === given.length ? state : expectAcknowledgement({ ...state, outbox }, now);
}

/** Starts the wait for an acknowledgement anew; there is none when nothing is under way. */
function expectAcknowledgement(state: DeliveryState, now: number): DeliveryState {
  if (state.link.kind !== "open") return state;
  const underWay = state.outbox.some(({ transit }) => transit === "given");
  return { ...state, link: { ...state.link, acknowledgeBy: underWay ? now + ACKNOWLEDGE_TIMEOUT_MS : NEVER } };
}
