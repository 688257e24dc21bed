import { createHmac } from "node:crypto";
import { MAX_CREDENTIAL_ID_LENGTH } from "./defaults.ts";

/** What is to be minted. */
export interface CredentialRequest {
  /** Shared by whoever mints and the relay; at least 16 random bytes are advised. */
  readonly secret: string;
  /** Who it is for, as quotas count: 1–128 characters. It goes over the wire in clear, so make it a pseudonym. */
  readonly id: string;
  /** When it ends, ms since 1970; rounded down to the second. */
  readonly expiresAt: number;
}

/** A user name and password for `RTCIceServer`. */
export interface TurnCredential {
  readonly username: string;
  readonly credential: string;
}

/** What a user name says of itself; nothing is proven by it. */
export interface Claim {
  readonly id: string;
  /** Ms since 1970. */
  readonly expiresAt: number;
}

/**
 * Mints a time-limited credential: `username = "<expiry in unix seconds>:<id>"`,
 * `credential = base64(HMAC-SHA1(secret, username))`. Throws `RangeError` for an id or time out of range.
 * Source: draft-uberti-behave-turn-rest-00, the scheme of coturn's `use-auth-secret`. Rule TU11.
 */
export function mintCredential(request: CredentialRequest): TurnCredential {
  if (request.id.length < 1 || request.id.length > MAX_CREDENTIAL_ID_LENGTH)
    throw new RangeError(`a credential id has 1 to ${MAX_CREDENTIAL_ID_LENGTH} characters`);
  const seconds = Math.floor(request.expiresAt / 1000);
  if (!(seconds >= 0 && seconds < 1e11)) throw new RangeError("a credential ends at a time in ms since 1970");
  const username = `${seconds}:${request.id}`;
  return { username, credential: passwordFor(request.secret, username) };
}

/** The password that belongs to a user name, whatever it claims. */
export function passwordFor(secret: string, username: string): string {
  return createHmac("sha1", secret).update(username, "utf8").digest("base64");
}

/** Reads the claim in a user name; undefined when it has another shape. */
export function readClaim(username: string): Claim | undefined {
  const match = /^(\d{1,11}):([\s\S]+)$/.exec(username);
  const [, seconds, id] = match ?? [];
  if (seconds === undefined || id === undefined || id.length > MAX_CREDENTIAL_ID_LENGTH) return undefined;
  return { id, expiresAt: Number(seconds) * 1000 };
}
