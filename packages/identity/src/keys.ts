import { ed25519 } from "@noble/curves/ed25519.js";
import type { Random } from "@skein/core";
import { type SigningPurpose, signedBytes } from "@skein/wire";

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
  return { seed, publicKey: ed25519.getPublicKey(seed) };
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
  return verifyEd25519(signature, signedBytes(purpose, payload), publicKey);
}

/** Plain Ed25519 verification as {@link verify} uses it. */
export function verifyEd25519(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
