import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { keyFromId, type UserId } from "@skein/core";

/** Rounds of hashing a fingerprint: makes searching for look-alikes slow (as Signal's numeric fingerprint does). */
const ROUNDS = 5_200;

/** Sixty digits in twelve groups of five; the same for both people, whoever computes it. About 200 bits. */
export function safetyNumber(one: UserId, other: UserId): string {
  const halves = [fingerprint(one), fingerprint(other)].sort();
  return halves.join("").match(/\d{5}/g)?.join(" ") ?? "";
}

/** Eight words (88 bits) for reading aloud; the same for both people. For a first check; the number is the strong one. */
export function safetyWords(one: UserId, other: UserId): string {
  const digest = sha256(new TextEncoder().encode(`skein/1/safety-words\0${safetyNumber(one, other)}`));
  let bits = 0n;
  for (const byte of digest) bits = (bits << 8n) | BigInt(byte);
  const words: string[] = [];
  for (let index = 0; index < 8; index += 1)
    words.push(wordlist[Number((bits >> BigInt(245 - 11 * index)) & 2047n)] as string);
  return words.join(" ");
}

/** Thirty digits of one user key: iterated SHA-512, six groups of 5 bytes mod 100000. */
function fingerprint(user: UserId): string {
  const key = keyFromId(user);
  const prefix = new TextEncoder().encode("skein/1/safety\0");
  let digest: Uint8Array = Uint8Array.of(...prefix, ...key);
  for (let round = 0; round < ROUNDS; round += 1) {
    const input = new Uint8Array(digest.byteLength + key.byteLength);
    input.set(digest);
    input.set(key, digest.byteLength);
    digest = sha512(input);
  }
  const view = new DataView(digest.buffer, digest.byteOffset);
  let digits = "";
  for (let group = 0; group < 6; group += 1) {
    const value = view.getUint8(group * 5) * 2 ** 32 + view.getUint32(group * 5 + 1);
    digits += String(value % 100_000).padStart(5, "0");
  }
  return digits;
}
