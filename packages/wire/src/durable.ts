import * as v from "valibot";
import { defineFormat, type Format } from "./codec.ts";
import { bytesUpTo, counter, key, line, listUpTo, time } from "./fields.ts";
import { MAX_CERTIFICATE_BYTES } from "./records.ts";

/** Largest durable record, envelope included, in bytes. */
export const MAX_DURABLE_BYTES = 1024;
/** Most devices a list names, and most it revokes. */
export const MAX_LISTED_DEVICES = 8;
/** See {@link MAX_LISTED_DEVICES}. */
export const MAX_REVOKED_DEVICES = 12;
/** Most durable records of one user: the list, and a hint of each device. */
export const MAX_DURABLES_OF_USER: number = 1 + MAX_LISTED_DEVICES;

interface Lasting {
  readonly v: 1;
  /** Strictly rising for each user's list and each device's hint. */
  readonly sequence: number;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** What is kept of somebody who is away. */
export type DurablePayload =
  /** U says: these are my devices, and those are no longer. Signed by U; the envelope's key is U. */
  | (Lasting & {
      readonly kind: "device-list";
      readonly devices: Uint8Array[];
      readonly revoked: Uint8Array[];
    })
  /** D says: my mail is kept there. Signed by D; the envelope's key is D. */
  | (Lasting & {
      readonly kind: "mailbox-hint";
      /** The signed certificate that makes D a device of its user. */
      readonly certificate: Uint8Array;
      readonly mailboxes: { readonly supernode: Uint8Array; readonly addresses: string[] }[];
    });

const lasting = { v: v.literal(1), sequence: counter, issuedAt: time, expiresAt: time };

/** Format of {@link DurablePayload}. */
export const durablePayload: Format<DurablePayload> = defineFormat(
  "durable",
  // More than a record may have: who signs one leaves addresses out until it fits.
  3 * MAX_DURABLE_BYTES,
  v.variant("kind", [
    v.object({
      kind: v.literal("device-list"),
      ...lasting,
      devices: listUpTo(key, MAX_LISTED_DEVICES),
      revoked: listUpTo(key, MAX_REVOKED_DEVICES),
    }),
    v.object({
      kind: v.literal("mailbox-hint"),
      ...lasting,
      certificate: bytesUpTo(MAX_CERTIFICATE_BYTES),
      mailboxes: listUpTo(v.object({ supernode: key, addresses: listUpTo(line(256), 2) }), 3),
    }),
  ]),
);
