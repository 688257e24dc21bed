import { sha256 } from "@noble/hashes/sha2.js";
import { type DeviceId, deviceIdFromKey, keyFromId } from "@skein/core";
import { type KeyPair, MAX_CLOCK_SKEW_MS, openRecord, signRecord } from "@skein/identity";
import {
  type DescriptionPayload,
  descriptionPayload,
  MAX_SIGNED_PAYLOAD_BYTES,
  type Parsed,
  signedEnvelope,
} from "@skein/wire";
import { DESCRIPTION_LIFETIME_MS } from "../specification.ts";
import { type DescriptionFacts, inspectDescription } from "./session-description.ts";

/** What a description is about, apart from its content: which call, whose turn, in reply to what. */
export interface DescriptionPlace {
  readonly call: Uint8Array;
  readonly role: "caller" | "callee";
  readonly type: "offer" | "answer";
  readonly round: number;
  readonly from: DeviceId;
  readonly to: DeviceId;
  /** SHA-256 of the envelope it replies to; empty for the first offer. */
  readonly inReplyTo: Uint8Array;
}

/** What the reader expects. Round and reply may leave a choice, so they are asked for; the rest is exact. */
export interface ExpectedPlace extends Omit<DescriptionPlace, "round" | "inReplyTo"> {
  /** What is wrong with the round or the reply, if anything. */
  readonly turnFault: (round: number, inReplyTo: Uint8Array) => string | undefined;
}

/** A description that passed every check. */
export interface OpenedDescription extends DescriptionFacts {
  readonly round: number;
  readonly sdp: string;
}

/** SHA-256 of a signed envelope: what the next description replies to. */
export function envelopeHash(envelope: Uint8Array): Uint8Array {
  return sha256(envelope);
}

/** Signs our own description at `now` (ms). Throws `RangeError` when it breaks our own rules: a bug, or a browser we do not know. */
export function sealDescription(
  sdp: string,
  place: DescriptionPlace,
  signing: { readonly signer: KeyPair; readonly nonce: Uint8Array; readonly now: number },
): Uint8Array {
  const facts = inspectDescription(sdp);
  if (!facts.ok) throw new RangeError(facts.reason);
  const payload: DescriptionPayload = {
    v: 1,
    ...place,
    from: keyFromId(place.from),
    to: keyFromId(place.to),
    sdp,
    ...facts.value,
    nonce: signing.nonce,
    expiresAt: signing.now + DESCRIPTION_LIFETIME_MS,
  };
  return signRecord("call-description", descriptionPayload, payload, signing.signer);
}

/**
 * Reads the other side's description and checks all of it, before a browser sees any of it: size, signature by the
 * channel's proven device, place, lifetime, and that the SDP says what was signed (docs/spec/calls.md, CL20 ff).
 * Reasons complete the sentence "the security check failed, …".
 */
export function openDescription(bytes: Uint8Array, expected: ExpectedPlace, now: number): Parsed<OpenedDescription> {
  const record = openRecord("call-description", descriptionPayload, bytes, MAX_SIGNED_PAYLOAD_BYTES + 160);
  if (!record.ok) return record;
  const { key, payload } = record.value;
  const fault =
    (deviceIdFromKey(key) === expected.from ? undefined : "another device signed the description") ??
    placeFault(payload, expected) ??
    lifetimeFault(payload.expiresAt, now);
  if (fault !== undefined) return { ok: false, reason: fault };
  const facts = inspectDescription(payload.sdp);
  if (!facts.ok) return facts;
  if (!equal(facts.value.fingerprint, payload.fingerprint))
    return { ok: false, reason: "the certificate in the description is not the signed one" };
  if (facts.value.ufrag !== payload.ufrag || facts.value.pwd !== payload.pwd)
    return { ok: false, reason: "the ICE credentials in the description are not the signed ones" };
  return { ok: true, value: { round: payload.round, sdp: payload.sdp, ...facts.value } };
}

/** Which call an envelope says it belongs to. Nothing is checked: use it only to choose what to check against. */
export function claimedCall(bytes: Uint8Array): Uint8Array | undefined {
  const envelope = signedEnvelope.decode(bytes);
  const payload = envelope.ok ? descriptionPayload.decode(envelope.value.payload) : envelope;
  return payload.ok ? payload.value.call : undefined;
}

function placeFault(payload: DescriptionPayload, expected: ExpectedPlace): string | undefined {
  if (deviceIdFromKey(payload.from) !== expected.from) return "the description names another sender";
  if (deviceIdFromKey(payload.to) !== expected.to) return "the description is meant for another device";
  if (!equal(payload.call, expected.call)) return "the description belongs to another call";
  if (payload.role !== expected.role) return "the description was made for the other role";
  if (payload.type !== expected.type) return `an ${expected.type} was due`;
  return expected.turnFault(payload.round, payload.inReplyTo);
}

function lifetimeFault(expiresAt: number, now: number): string | undefined {
  if (expiresAt + MAX_CLOCK_SKEW_MS <= now) return "the description has expired, or one of the clocks is wrong";
  if (expiresAt > now + DESCRIPTION_LIFETIME_MS + MAX_CLOCK_SKEW_MS)
    return "the description claims to live longer than allowed, or one of the clocks is wrong";
  return undefined;
}

/** Says whether two byte strings are the same. Nothing here is secret, so time does not matter. */
export function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, index) => byte === other[index]);
}
