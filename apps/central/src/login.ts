import type { DeviceId, UserId } from "@skein/core";
import { deviceIdFromKey } from "@skein/core";
import { openRecord, verifyCertificate } from "@skein/identity";
import { loginPayload, type Parsed } from "@skein/wire";

/** Who logged in. */
export interface LoggedIn {
  readonly user: UserId;
  readonly device: DeviceId;
}

/** What a login is checked against. */
export interface Challenge {
  /** The 32 bytes sent on this connection, and on no other. */
  readonly nonce: Uint8Array;
  /** Origins under which clients may reach this server, e.g. `ws://127.0.0.1:8090`. */
  readonly origins: ReadonlySet<string>;
  /** ms since 1970. */
  readonly now: number;
}

/** Largest login proof, envelope included, in bytes. */
const MAX_PROOF_BYTES = 768;

/**
 * Checks a login (CE1–CE4): the proof is signed by the device the certificate names, over the nonce of this connection and
 * the origin the device dialled. A proof for another server or another connection is worthless here.
 */
export function checkLogin(
  login: { readonly certificate: Uint8Array; readonly proof: Uint8Array },
  challenge: Challenge,
): Parsed<LoggedIn> {
  const certificate = verifyCertificate(login.certificate, challenge.now);
  if (!certificate.ok) return certificate;
  const proof = openRecord("central-login", loginPayload, login.proof, MAX_PROOF_BYTES);
  if (!proof.ok) return proof;
  const { key, payload } = proof.value;
  const { user, device } = certificate.value;
  if (deviceIdFromKey(key) !== device) return refuse("the certificate names another device than the one that signed");
  if (!sameBytes(payload.nonce, challenge.nonce)) return refuse("the login answers another challenge");
  if (!challenge.origins.has(payload.server))
    return refuse("the login is for another address; --public-url must name the one that clients dial");
  return { ok: true, value: { user, device } };
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason: `central-login: ${reason}` };
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, index) => byte === other[index]);
}
