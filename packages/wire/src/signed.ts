import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { bytesOf, bytesUpTo, key } from "./fields.ts";

/** Largest payload of a signed envelope in bytes: a session description with its candidates. */
export const MAX_SIGNED_PAYLOAD_BYTES: number = 24 * 1024;

/** Bytes, who signed them, and the signature. The payload stays as its author wrote it, so nothing is re-encoded. */
export interface SignedEnvelope {
  readonly key: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** A signed envelope: `{ key, payload, signature }`, Ed25519 over {@link signedBytes}. */
export const signedEnvelope: Format<SignedEnvelope> = defineFormat(
  "signed-envelope",
  MAX_SIGNED_PAYLOAD_BYTES + 160,
  v.object({ key, payload: bytesUpTo(MAX_SIGNED_PAYLOAD_BYTES), signature: bytesOf(64) }),
);

/** What a signature is for; a signature for one purpose is worthless for another. */
export type SigningPurpose =
  | "device-certificate"
  | "contact-card"
  | "presence"
  | "durable"
  | "supernode-ad"
  | "supernode-list"
  | "call-description"
  | "central-login"
  | "mailbox"
  | "version-notice";

/** The bytes an Ed25519 signature covers: `"skein/1/" purpose 0x00 payload`. */
export function signedBytes(purpose: SigningPurpose, payload: Uint8Array): Uint8Array {
  const prefix = new TextEncoder().encode(`skein/1/${purpose}\0`);
  const bytes = new Uint8Array(prefix.byteLength + payload.byteLength);
  bytes.set(prefix);
  bytes.set(payload, prefix.byteLength);
  return bytes;
}
