import { toBase64Url } from "@skein/core";
import type { Introduced } from "@skein/identity";
import { createDialogue } from "../negotiation/dialogue.ts";
import { turnAway } from "../signalling/front-door.ts";
import type { Inbox } from "../signalling/inbox.ts";
import { type CallResources, createCallResources } from "./call-resources.ts";
import { routeTo } from "./caller.ts";
import type { LineContext } from "./ports.ts";

/** A contact's offer at the door: what it claims, unchecked, and who stands there. */
export interface Offer {
  readonly callBytes: Uint8Array;
  readonly envelope: Uint8Array;
  readonly inbox: Inbox;
  readonly who: Introduced;
}

/** Checks an offer and prepares its call; `undefined` when it was turned away. */
export async function considerOffer(offer: Offer, context: LineContext): Promise<CallResources | undefined> {
  const { callBytes, envelope, inbox, who } = offer;
  const dialogue = createDialogue(
    { call: callBytes, role: "callee", self: context.account.device, peer: who.device },
    { signer: context.account.deviceKey, clock: context.clock, random: context.random },
  );
  const reading = dialogue.read(envelope);
  if (reading.kind !== "fresh") {
    const reason = reading.kind === "refused" ? reading.reason : reading.kind;
    context.report({ name: "call.refused", call: toBase64Url(callBytes), reason });
    turnAway(inbox.channel, callBytes, "refused");
    return undefined;
  }
  const gone = new AbortController();
  void inbox.channel.closed.then(() => gone.abort());
  const route = await routeTo(who.device, context, gone.signal);
  if (route === undefined || gone.signal.aborted) {
    turnAway(inbox.channel, callBytes, "failed");
    return undefined;
  }
  const resources = createCallResources(callBytes, "callee", context);
  resources.peer = who.device;
  resources.dialogue = dialogue;
  resources.route = route;
  return resources;
}
