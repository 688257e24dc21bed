import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { keyFromId, type UserId } from "@skein/core";

/** Rounds of hashing a fingerprint: makes searching for look-alikes slow (as Signal's numeric fingerprint does). */
const ROUNDS = 5_200;

/** What two people compare to know that they have each other's keys. */
export interface Safety {
  /** Sixty digits in twelve groups of five. About 200 bits. */
  readonly number: string;
  /** Eight words (88 bits) for reading aloud. For a first check; the number is the strong one. */
  readonly words: string;
}

/** The same for both people, whoever computes it; of two {@link safetyFingerprint}s. */
export function safetyOf(one: string, other: string): Safety {
  const number = [one, other].sort().join("").match(/\d{5}/g)?.join(" ") ?? "";
  return { number, words: wordsOf(number) };
}

function wordsOf(number: string): string {
  const digest = sha256(new TextEncoder().encode(`skein/1/safety-words\0${number}`));
  let bits = 0n;
  for (const byte of digest) bits = (bits << 8n) | BigInt(byte);
  const words: string[] = [];
  for (let index = 0; index < 8; index += 1)
    words.push(wordlist[Number((bits >> BigInt(245 - 11 * index)) & 2047n)] as string);
  return words.join(" ");
}

/** Thirty digits of one user key: iterated SHA-512, six groups of 5 bytes mod 100000. Takes tens of milliseconds. */
export function safetyFingerprint(user: UserId): string {
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
