import type { Random } from "@skein/core";
import { type SigningPurpose, signedBytes } from "@skein/wire";
import * as ed25519 from "#ed25519";

/** An Ed25519 key pair; the secret is the 32-byte seed (RFC 8032 §5.1.5). */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly seed: Uint8Array;
}

/** Makes a key pair. `random` must be the system source outside tests. */
export function createKeyPair(random: Random): KeyPair {
  return keyPairFromSeed(random.bytes(32));
}

/** The key pair of a 32-byte seed. */
export function keyPairFromSeed(seed: Uint8Array): KeyPair {
  return { seed, publicKey: ed25519.publicKeyOf(seed) };
}

/** Signs a payload for one purpose; 64 bytes. */
export function sign(purpose: SigningPurpose, payload: Uint8Array, signer: KeyPair): Uint8Array {
  return ed25519.sign(signedBytes(purpose, payload), signer.seed);
}

/** Checks a signature strictly (RFC 8032, no small-order keys, canonical scalars). Never throws. */
export function verify(
  purpose: SigningPurpose,
  payload: Uint8Array,
  signature: Uint8Array,
  publicKey: Uint8Array,
): boolean {
  return ed25519.verify(signature, signedBytes(purpose, payload), publicKey);
}
