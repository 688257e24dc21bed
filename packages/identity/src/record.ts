import { type Format, type Parsed, type SigningPurpose, signedEnvelope } from "@skein/wire";
import { type KeyPair, sign, verify } from "./keys.ts";

/** A signed record that was read and whose signature holds. */
export interface Verified<T> {
  /** The raw public key that signed it. */
  readonly key: Uint8Array;
  readonly payload: T;
}

/** Encodes and signs a payload; the result is a `signed-envelope`. */
export function signRecord<T>(purpose: SigningPurpose, format: Format<T>, payload: T, signer: KeyPair): Uint8Array {
  const bytes = format.encode(payload);
  return signedEnvelope.encode({ key: signer.publicKey, payload: bytes, signature: sign(purpose, bytes, signer) });
}

/** Reads a signed envelope, checks its size, signature and schema, in this order. */
export function openRecord<T>(
  purpose: SigningPurpose,
  format: Format<T>,
  bytes: Uint8Array,
  maxBytes: number,
): Parsed<Verified<T>> {
  if (bytes.byteLength > maxBytes) return refuse(`${purpose}: ${bytes.byteLength} bytes, the limit is ${maxBytes}`);
  const envelope = signedEnvelope.decode(bytes);
  if (!envelope.ok) return envelope;
  const { key, payload, signature } = envelope.value;
  if (!verify(purpose, payload, signature, key)) return refuse(`${purpose}: the signature does not hold`);
  const parsed = format.decode(payload);
  return parsed.ok ? { ok: true, value: { key, payload: parsed.value } } : parsed;
}

/** How far ahead of ours another clock may be, in ms. Lower refuses honest peers with bad clocks. */
export const MAX_CLOCK_SKEW_MS: number = 5 * 60_000;

/** Checks the lifetime of a record: not from the future, not expired, not longer than allowed. `undefined` when fine. */
export function lifetimeFault(
  record: { readonly issuedAt: number; readonly expiresAt: number },
  now: number,
  maxLifetimeMs: number,
): string | undefined {
  if (record.issuedAt > now + MAX_CLOCK_SKEW_MS) return "it comes from the future; one of the clocks is wrong";
  if (record.expiresAt <= now) return "it has expired";
  if (record.expiresAt - record.issuedAt > maxLifetimeMs) return "it claims to live longer than allowed";
  return undefined;
}

/** A refusal with its reason. */
export function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
