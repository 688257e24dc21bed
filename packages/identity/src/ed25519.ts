import { ed25519 } from "@noble/curves/ed25519.js";

/** Ed25519 (RFC 8032) where there is no native one that answers at once: in browsers. `#ed25519` names it. */

/** The public key of a 32-byte seed. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  return ed25519.getPublicKey(seed);
}

/** Signs with a 32-byte seed; 64 bytes. */
export function sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
  return ed25519.sign(message, seed);
}

/** Checks strictly: no small-order keys, canonical encodings only. Never throws. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}
