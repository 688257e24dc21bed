import { type DeviceId, deviceIdFromKey, type UserId, userIdFromKey } from "@skein/core";
import { certificatePayload, MAX_CERTIFICATE_BYTES, type Parsed } from "@skein/wire";
import type { KeyPair } from "./keys.ts";
import { lifetimeFault, openRecord, refuse, signRecord } from "./record.ts";

/** Longest life of a device certificate: 400 days. A device that is used renews it long before. */
export const MAX_CERTIFICATE_LIFETIME_MS: number = 400 * 24 * 3_600_000;

/** A checked statement: this device belongs to this user. */
export interface Certificate {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly name: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly listVersion: number;
  /** The signed record. */
  readonly bytes: Uint8Array;
}

/** Certifies a device of a user. `name` is what its owner calls it, 1 to 64 characters. */
export function issueCertificate(
  subject: {
    readonly device: Uint8Array;
    readonly name: string;
    readonly issuedAt: number;
    readonly listVersion: number;
  },
  user: KeyPair,
): Uint8Array {
  const payload = { v: 1, ...subject, expiresAt: subject.issuedAt + MAX_CERTIFICATE_LIFETIME_MS } as const;
  return signRecord("device-certificate", certificatePayload, payload, user);
}

/** Reads and checks a certificate at time `now` (ms). */
export function verifyCertificate(bytes: Uint8Array, now: number): Parsed<Certificate> {
  const record = openRecord("device-certificate", certificatePayload, bytes, MAX_CERTIFICATE_BYTES);
  if (!record.ok) return record;
  const { key, payload } = record.value;
  const fault = lifetimeFault(payload, now, MAX_CERTIFICATE_LIFETIME_MS);
  if (fault !== undefined) return refuse(`device-certificate: ${fault}`);
  return {
    ok: true,
    value: {
      user: userIdFromKey(key),
      device: deviceIdFromKey(payload.device),
      name: payload.name,
      issuedAt: payload.issuedAt,
      expiresAt: payload.expiresAt,
      listVersion: payload.listVersion,
      bytes,
    },
  };
}
