import { type Availability, deviceIdFromKey, keyFromId, type Presence, type Via } from "@skein/core";
import { MAX_PRESENCE_BYTES, type Parsed, presencePayload } from "@skein/wire";
import { verifyCertificate } from "./certificate.ts";
import type { KeyPair } from "./keys.ts";
import { lifetimeFault, openRecord, refuse, signRecord } from "./record.ts";

/** Longest life of a presence record: 60 minutes; the device signs anew every 20. */
export const MAX_PRESENCE_LIFETIME_MS: number = 60 * 60_000;

/** What a device says of itself when it signs a presence. */
export interface PresenceStatement {
  /** Its signed device certificate. */
  readonly certificate: Uint8Array;
  readonly sequence: number;
  readonly issuedAt: number;
  readonly availability: Availability;
  /** Home first, at most 3. Addresses that do not fit the record's size are left out, the last first. */
  readonly via: readonly Via[];
}

/** Signs a presence record that lives {@link MAX_PRESENCE_LIFETIME_MS} and returns it with its parsed fields. */
export function signPresence(statement: PresenceStatement, device: KeyPair): Presence {
  for (let addresses = 2; addresses >= 0; addresses -= 1) {
    const bytes = signTrimmed(statement, device, addresses);
    if (bytes === undefined) continue;
    const presence = verifyPresence(bytes, statement.issuedAt);
    if (!presence.ok) throw new RangeError(presence.reason);
    return presence.value;
  }
  throw new RangeError(`presence: does not fit ${MAX_PRESENCE_BYTES} bytes`);
}

/** Reads a presence record and checks both signatures (device and its certificate) and its lifetime at `now` (ms). */
export function verifyPresence(bytes: Uint8Array, now: number): Parsed<Presence> {
  const record = openRecord("presence", presencePayload, bytes, MAX_PRESENCE_BYTES);
  if (!record.ok) return record;
  const { key, payload } = record.value;
  const fault = lifetimeFault(payload, now, MAX_PRESENCE_LIFETIME_MS);
  if (fault !== undefined) return refuse(`presence: ${fault}`);
  const certificate = verifyCertificate(payload.certificate, now);
  if (!certificate.ok) return certificate;
  const device = deviceIdFromKey(key);
  if (certificate.value.device !== device) return refuse("presence: the certificate names another device");
  return {
    ok: true,
    value: {
      user: certificate.value.user,
      device,
      sequence: payload.sequence,
      issuedAt: payload.issuedAt,
      expiresAt: payload.expiresAt,
      availability: payload.availability,
      via: payload.via.map((each) => ({ supernode: deviceIdFromKey(each.supernode), addresses: each.addresses })),
      bytes,
    },
  };
}

function signTrimmed(statement: PresenceStatement, device: KeyPair, addresses: number): Uint8Array | undefined {
  const via = statement.via.slice(0, 3).map((each) => ({
    supernode: keyFromId(each.supernode),
    addresses: each.addresses.slice(0, addresses),
  }));
  const payload = {
    v: 1,
    certificate: statement.certificate,
    sequence: statement.sequence,
    issuedAt: statement.issuedAt,
    expiresAt: statement.issuedAt + MAX_PRESENCE_LIFETIME_MS,
    availability: statement.availability,
    via,
  } as const;
  try {
    const bytes = signRecord("presence", presencePayload, payload, device);
    return bytes.byteLength <= MAX_PRESENCE_BYTES ? bytes : undefined;
  } catch (error) {
    if (error instanceof RangeError && addresses > 0) return undefined;
    throw error;
  }
}
