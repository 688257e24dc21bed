import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { bytesOf, bytesUpTo, counter, id16, key, text, time } from "./fields.ts";
import { MAX_SIGNED_PAYLOAD_BYTES } from "./signed.ts";

/** Protocol of call signalling. */
export const CALL_PROTOCOL = "/skein/call/1";

/** Longest session description in UTF-16 code units. */
export const MAX_SDP_LENGTH = 16_000;

/**
 * One session description, signed by the device that made it (design §9). It names both ends and the description it
 * replies to, so it can be neither moved to another call nor replayed.
 */
export interface DescriptionPayload {
  readonly v: 1;
  readonly call: Uint8Array;
  readonly role: "caller" | "callee";
  readonly type: "offer" | "answer";
  /** 0 for the first offer and its answer, +1 for each renegotiation. */
  readonly round: number;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  readonly sdp: string;
  /** SHA-256 fingerprint of the DTLS certificate; must be the only one in `sdp`. */
  readonly fingerprint: Uint8Array;
  readonly ufrag: string;
  readonly pwd: string;
  readonly nonce: Uint8Array;
  readonly expiresAt: number;
  /** SHA-256 of the signed envelope this answers or follows; empty for the first offer. */
  readonly inReplyTo: Uint8Array;
}

/** Format of {@link DescriptionPayload}. */
export const descriptionPayload: Format<DescriptionPayload> = defineFormat(
  "call-description",
  MAX_SIGNED_PAYLOAD_BYTES,
  v.object({
    v: v.literal(1),
    call: id16,
    role: v.picklist(["caller", "callee"]),
    type: v.picklist(["offer", "answer"]),
    round: counter,
    from: key,
    to: key,
    sdp: text(MAX_SDP_LENGTH),
    fingerprint: bytesOf(32),
    ufrag: text(256),
    pwd: text(256),
    nonce: id16,
    expiresAt: time,
    inReplyTo: bytesUpTo(32),
  }),
);

/** Why a side ends a call. */
export type HangupReason = "hangup" | "decline" | "busy" | "no-answer" | "refused" | "failed" | "stranger";

/**
 * What travels on a call channel after the introduction. `description` carries a signed envelope of a
 * {@link DescriptionPayload}; `resume`: this channel carries on a call whose channel was lost; `ringing`: the person is
 * being told; `accept`: the person answered; `candidate`: one ICE candidate of a round.
 */
export type CallMessage =
  | { readonly kind: "description"; readonly envelope: Uint8Array }
  | { readonly kind: "resume"; readonly call: Uint8Array }
  | { readonly kind: "ringing"; readonly call: Uint8Array }
  | { readonly kind: "accept"; readonly call: Uint8Array }
  | { readonly kind: "candidate"; readonly call: Uint8Array; readonly round: number; readonly candidate: string }
  | { readonly kind: "hangup"; readonly call: Uint8Array; readonly reason: HangupReason };

/** Format of {@link CallMessage}. */
export const callMessage: Format<CallMessage> = defineFormat(
  "call",
  MAX_SIGNED_PAYLOAD_BYTES + 512,
  v.variant("kind", [
    v.object({ kind: v.literal("description"), envelope: bytesUpTo(MAX_SIGNED_PAYLOAD_BYTES + 160) }),
    v.object({ kind: v.literal("resume"), call: id16 }),
    v.object({ kind: v.literal("ringing"), call: id16 }),
    v.object({ kind: v.literal("accept"), call: id16 }),
    v.object({ kind: v.literal("candidate"), call: id16, round: counter, candidate: text(1024) }),
    v.object({
      kind: v.literal("hangup"),
      call: id16,
      reason: v.picklist(["hangup", "decline", "busy", "no-answer", "refused", "failed", "stranger"]),
    }),
  ]),
);
