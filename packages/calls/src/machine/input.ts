import type { DeviceId } from "@skein/core";
import type { HangupReason } from "@skein/wire";
import type { CandidateKind, EndReason, MicrophoneFault } from "../reasons.ts";
import type { Peer, Policies, Target } from "./state.ts";

/** What the person does. */
export type PersonInput =
  /** `call` is a fresh random id. Ignored while a call is under way. */
  | { readonly kind: "dial"; readonly call: string; readonly target: Target }
  | { readonly kind: "answer" | "decline" | "hangup" | "dismiss" | "stop" };

/** What the way to the other device reports. */
export type SignalInput =
  /** Channel, introduction, microphone and media route are there; nothing has been asked. */
  | { readonly kind: "reached"; readonly call: string; readonly peer: Peer; readonly policies: Policies }
  | { readonly kind: "not-reached"; readonly call: string; readonly reason: EndReason }
  | { readonly kind: "channel-lost" | "channel-open" | "redial-failed"; readonly call: string };

/** What the other device said. Descriptions have passed every check of `negotiation` before they get here. */
export type HeardInput =
  /** A call from a contact, with its verified first offer. `self` settles glare. */
  | {
      readonly kind: "offered";
      readonly call: string;
      readonly peer: Peer;
      readonly self: DeviceId;
      readonly policies: Policies;
    }
  | { readonly kind: "heard"; readonly call: string; readonly what: "ringing" | "accept" | "offer" | "answer" }
  | { readonly kind: "heard-hangup"; readonly call: string; readonly reason: HangupReason }
  /** A description or message of theirs was refused. */
  | { readonly kind: "refused"; readonly call: string; readonly reason: EndReason };

/** What happens to microphone and connection. */
export type MediaInput =
  | { readonly kind: "microphone-open"; readonly call: string }
  | { readonly kind: "microphone-failed"; readonly call: string; readonly fault: MicrophoneFault }
  | {
      readonly kind: "media";
      readonly call: string;
      readonly fact: "connected" | "interrupted" | "failed" | "encryption-failed" | "closed" | "no-relay";
    }
  | { readonly kind: "media-broke"; readonly call: string; readonly reason: EndReason }
  | {
      readonly kind: "candidate";
      readonly call: string;
      readonly whose: "ours" | "theirs";
      readonly tried: CandidateKind;
    }
  | { readonly kind: "path"; readonly call: string; readonly path: "direct" | "relayed" };

/** Everything the machine hears; `now` in ms since 1970. */
export type LineInput = { readonly now: number } & (
  | PersonInput
  | SignalInput
  | HeardInput
  | MediaInput
  | { readonly kind: "tick" }
);

/** One input by its kind. */
export type InputOf<Kind extends LineInput["kind"]> = Extract<LineInput, { readonly kind: Kind }>;

/** What the driver must do, in this order. */
export type LineOutput =
  /** Find the device, open microphone and channel, fetch the media route; then say `reached` or `not-reached`. */
  | { readonly kind: "reach"; readonly call: string; readonly target: Target }
  | { readonly kind: "open-media"; readonly call: string }
  /** Make an offer under this policy and send it; `restart`: with new ICE credentials. */
  | {
      readonly kind: "offer";
      readonly call: string;
      readonly when: "before-answer" | "after-answer";
      readonly restart: boolean;
    }
  /** Apply the offer just read and send the answer. */
  | { readonly kind: "answer"; readonly call: string; readonly when: "before-answer" | "after-answer" }
  /** Apply the answer just read. */
  | { readonly kind: "apply"; readonly call: string }
  | { readonly kind: "send"; readonly call: string; readonly what: "ringing" | "accept" }
  | { readonly kind: "send-hangup"; readonly call: string; readonly reason: HangupReason }
  /** Another call than the one under way: refuse it, or leave it without a word because ours wins. */
  | { readonly kind: "turn-away"; readonly call: string; readonly how: "busy" | "glare" }
  | { readonly kind: "open-microphone"; readonly call: string }
  /** From now on the microphone is heard there and their voice here. */
  | { readonly kind: "open-audio"; readonly call: string }
  | { readonly kind: "redial"; readonly call: string }
  /** Let go of channel, connection and microphone of this call. */
  | { readonly kind: "close"; readonly call: string }
  | { readonly kind: "wake"; readonly at: number }
  | { readonly kind: "changed" };

type Untimed<Input> = Input extends unknown ? Omit<Input, "now"> : never;

/** An input whose time its driver adds. */
export type LineEvent = Untimed<LineInput>;
