import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signNative,
  verify as verifyNative,
} from "node:crypto";
import { ED25519_TORSION_SUBGROUP } from "@noble/curves/ed25519.js";

/** Ed25519 by OpenSSL, many times as fast as in JavaScript; keys that `ed25519.ts` refuses beyond it are refused here. `#ed25519` names it. */

/** What stands before the 32 bytes of a key in its DER form (RFC 8410 §7). */
const SEED_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const KEY_BYTES = 32;

/** The y coordinates of the eight points of small order. */
const SMALL_ORDER = new Set(ED25519_TORSION_SUBGROUP.map((point) => coordinateOf(Buffer.from(point, "hex"))));

/** 2^255 − 19, as {@link coordinateOf} writes it: 64 digits, so that text compares as numbers do. */
const FIELD_SIZE = `7f${"f".repeat(60)}ed`;

/** A key's y coordinate in hex, most significant digits first. */
function coordinateOf(key: Uint8Array): string {
  const bytes = Buffer.from(key).reverse();
  bytes[0] = (bytes[0] ?? 0) & 0x7f;
  return bytes.toString("hex");
}

/** Whether the key is encoded as RFC 8032 §5.1.2 has it, y < 2^255 − 19, and not of small order. */
function isSound(publicKey: Uint8Array): boolean {
  const y = coordinateOf(publicKey);
  return y < FIELD_SIZE && !SMALL_ORDER.has(y);
}

function nativeKey(seed: Uint8Array): KeyObject {
  if (seed.byteLength !== KEY_BYTES) throw new RangeError(`a seed has ${KEY_BYTES} bytes`);
  return createPrivateKey({ key: Buffer.concat([SEED_PREFIX, seed]), format: "der", type: "pkcs8" });
}

/** The public key of a 32-byte seed. */
export function publicKeyOf(seed: Uint8Array): Uint8Array {
  const { x } = createPublicKey(nativeKey(seed)).export({ format: "jwk" });
  return new Uint8Array(Buffer.from(String(x), "base64url"));
}

/** Signs with a 32-byte seed; 64 bytes. */
export function sign(message: Uint8Array, seed: Uint8Array): Uint8Array {
  return new Uint8Array(signNative(null, message, nativeKey(seed)));
}

/** Checks strictly: no small-order keys, canonical encodings only. Never throws. */
export function verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  try {
    if (publicKey.byteLength !== KEY_BYTES || !isSound(publicKey)) return false;
    // RFC 8037 §2. OpenSSL takes three times as long to read the DER form.
    const x = Buffer.from(publicKey).toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verifyNative(null, message, key, signature);
  } catch {
    return false;
  }
}
