/** Ids are public keys written in base64url; equal strings mean equal keys. */

declare const brand: unique symbol;
type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A person: the raw Ed25519 public key of the user key U, base64url, 43 characters. */
export type UserId = Brand<string, "UserId">;

/** A device: the raw Ed25519 public key of the device key D (also its libp2p key), base64url, 43 characters. */
export type DeviceId = Brand<string, "DeviceId">;

/** The name two peers agree on for what a channel carries, e.g. `/skein/chat/1`. */
export type Protocol = `/skein/${string}/${number}`;

/** Length of a raw Ed25519 public key in bytes. */
export const KEY_BYTES = 32;

/** Writes a raw public key as a user id. Throws `RangeError` when the key is not 32 bytes. */
export function userIdFromKey(publicKey: Uint8Array): UserId {
  return toBase64Url(checkedKey(publicKey)) as UserId;
}

/** Writes a raw public key as a device id. Throws `RangeError` when the key is not 32 bytes. */
export function deviceIdFromKey(publicKey: Uint8Array): DeviceId {
  return toBase64Url(checkedKey(publicKey)) as DeviceId;
}

/** The raw 32-byte public key behind an id. Throws `RangeError` when the text is not one. */
export function keyFromId(id: UserId | DeviceId): Uint8Array {
  return checkedKey(fromBase64Url(id));
}

/** Says whether a text has the shape of an id; it need not belong to anyone. */
export function isId(text: string): boolean {
  return /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/.test(text);
}

function checkedKey(key: Uint8Array): Uint8Array {
  if (key.byteLength !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes, not ${key.byteLength}`);
  return key;
}

/** Base64url without padding (RFC 4648 §5). */
export function toBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Reads base64url without padding (RFC 4648 §5). Throws `RangeError` on any other character. */
export function fromBase64Url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new RangeError("not base64url");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
