import {
  type DeviceId,
  type DeviceList,
  type Durable,
  deviceIdFromKey,
  keyFromId,
  type MailboxHint,
  userIdFromKey,
  type Via,
} from "@skein/core";
import { type DurablePayload, durablePayload, MAX_DURABLE_BYTES, MAX_REVOKED_DEVICES, type Parsed } from "@skein/wire";
import { verifyCertificate } from "./certificate.ts";
import type { KeyPair } from "./keys.ts";
import { lifetimeFault, openRecord, refuse, signRecord } from "./record.ts";

/** Longest life of a durable record: 60 days; the owner signs anew every day it is there. */
export const MAX_DURABLE_LIFETIME_MS: number = 60 * 24 * 3_600_000;

/** Signs a device list with the user's key. At most 8 devices; of the revoked the newest 12 are kept, given oldest first. */
export function signDeviceList(
  statement: {
    readonly sequence: number;
    readonly issuedAt: number;
    readonly devices: readonly DeviceId[];
    readonly revoked: readonly DeviceId[];
  },
  user: KeyPair,
): DeviceList {
  const signed = signed60Days(
    {
      kind: "device-list",
      ...lifeOf(statement),
      devices: statement.devices.map(keyFromId),
      revoked: statement.revoked.slice(-MAX_REVOKED_DEVICES).map(keyFromId),
    },
    user,
  );
  if (signed?.kind !== "device-list") throw new RangeError(`device-list: does not fit ${MAX_DURABLE_BYTES} bytes`);
  return signed;
}

/** Signs a mailbox hint with the device's key. Addresses that do not fit are left out, supernodes stay; at most 3. */
export function signMailboxHint(
  statement: {
    readonly certificate: Uint8Array;
    readonly sequence: number;
    readonly issuedAt: number;
    readonly mailboxes: readonly Via[];
  },
  device: KeyPair,
): MailboxHint {
  for (let addresses = 2; addresses >= 0; addresses -= 1) {
    const mailboxes = statement.mailboxes.slice(0, 3).map((each) => ({
      supernode: keyFromId(each.supernode),
      addresses: each.addresses.slice(0, addresses),
    }));
    const { certificate } = statement;
    const signed = signed60Days({ kind: "mailbox-hint", ...lifeOf(statement), certificate, mailboxes }, device);
    if (signed?.kind === "mailbox-hint") return signed;
  }
  throw new RangeError(`mailbox-hint: does not fit ${MAX_DURABLE_BYTES} bytes`);
}

/** Reads a durable record and checks signature, lifetime at `now` (ms) and, of a hint, the device's certificate. */
export function verifyDurable(bytes: Uint8Array, now: number): Parsed<Durable> {
  const record = openRecord("durable", durablePayload, bytes, MAX_DURABLE_BYTES);
  if (!record.ok) return record;
  const { key, payload } = record.value;
  const fault = lifetimeFault(payload, now, MAX_DURABLE_LIFETIME_MS);
  if (fault !== undefined) return refuse(`${payload.kind}: ${fault}`);
  const { sequence, issuedAt, expiresAt } = payload;
  const common = { sequence, issuedAt, expiresAt, bytes };
  if (payload.kind === "device-list") {
    const [devices, revoked] = [payload.devices.map(deviceIdFromKey), payload.revoked.map(deviceIdFromKey)];
    return { ok: true, value: { kind: "device-list", user: userIdFromKey(key), ...common, devices, revoked } };
  }
  const certificate = verifyCertificate(payload.certificate, now);
  if (!certificate.ok) return certificate;
  const device = deviceIdFromKey(key);
  if (certificate.value.device !== device) return refuse("mailbox-hint: the certificate names another device");
  const mailboxes = payload.mailboxes.map((each) => ({
    supernode: deviceIdFromKey(each.supernode),
    addresses: each.addresses,
  }));
  return { ok: true, value: { kind: "mailbox-hint", user: certificate.value.user, device, ...common, mailboxes } };
}

function lifeOf({ sequence, issuedAt }: { readonly sequence: number; readonly issuedAt: number }) {
  return { v: 1, sequence, issuedAt, expiresAt: issuedAt + MAX_DURABLE_LIFETIME_MS } as const;
}

/** `undefined` when it is too large for a record; other faults throw. */
function signed60Days(payload: DurablePayload, signer: KeyPair): Durable | undefined {
  const bytes = signRecord("durable", durablePayload, payload, signer);
  if (bytes.byteLength > MAX_DURABLE_BYTES) return undefined;
  const record = verifyDurable(bytes, payload.issuedAt);
  if (!record.ok) throw new RangeError(record.reason);
  return record.value;
}
