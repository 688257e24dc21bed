import { type DeviceId, type MediaRoute, toBase64Url } from "@skein/core";
import type { HangupReason } from "@skein/wire";
import type { CallMedia } from "../media/call-media.ts";
import type { Microphone } from "../media/media.ts";
import type { Dialogue } from "../negotiation/dialogue.ts";
import type { CallQuality, MediaPath } from "../quality/call-quality.ts";
import type { Leg } from "../signalling/leg.ts";
import { createConversation } from "./conversation.ts";
import type { LineContext } from "./ports.ts";

/** What one call holds of the world while it lives. The machine decides; this is only kept. */
export interface CallResources {
  readonly call: string;
  readonly callBytes: Uint8Array;
  readonly role: "caller" | "callee";
  /** Aborted when the call is over: whatever is being waited for stops. */
  readonly over: AbortController;
  readonly leg: Leg;
  /** Their device; empty until it is known. */
  peer: DeviceId | "";
  dialogue: Dialogue | undefined;
  route: MediaRoute | undefined;
  media: CallMedia | undefined;
  microphone: Microphone | undefined;
  goodbye: HangupReason | undefined;
  path: MediaPath;
  quality: CallQuality | undefined;
}

/** Resources of a fresh call: nothing is open yet. */
export function createCallResources(
  callBytes: Uint8Array,
  role: "caller" | "callee",
  context: LineContext,
): CallResources {
  const resources: CallResources = {
    call: toBase64Url(callBytes),
    callBytes,
    role,
    over: new AbortController(),
    leg: createConversation(callBytes, context, () => (resources.over.signal.aborted ? undefined : resources)),
    peer: "",
    dialogue: undefined,
    route: undefined,
    media: undefined,
    microphone: undefined,
    goodbye: undefined,
    path: { kind: "unknown" },
    quality: undefined,
  };
  return resources;
}

/** Lets go of everything, with a goodbye where one is due. Idempotent. */
export function releaseCall(resources: CallResources): void {
  resources.over.abort();
  resources.leg.end(resources.goodbye);
  resources.media?.close();
  resources.microphone?.close();
  resources.media = undefined;
  resources.microphone = undefined;
}
