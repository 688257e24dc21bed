import type { DeviceId, Durable, UserId } from "@skein/core";
import { verifyDurable, verifyPresence } from "@skein/identity";
import { DEVICES_KEY_PREFIX, DURABLE_KEY_PREFIX, PRESENCE_KEY_PREFIX } from "../specification.ts";
import type { DeviceBook } from "./device-book.ts";
import type { DurableBook } from "./durable-book.ts";
import type { PresenceBook } from "./presence-book.ts";

/** Judges DHT records; throws for one that must not be stored or believed. Every good one enters the books. */
export type RecordValidator = (key: Uint8Array, value: Uint8Array) => void;

/**
 * Makes the validator: the signature holds, the key is that of the signer, the record lives, and nothing newer is known.
 * kad-dht itself would let an old signed record replace a new one (js-libp2p#3377).
 */
export function createRecordValidator(
  books: { readonly presences: PresenceBook; readonly devices: DeviceBook; readonly durables: DurableBook },
  dependencies: { readonly now: () => number; readonly onRefused: (reason: string) => void },
): RecordValidator {
  const refuse = (reason: string): never => {
    dependencies.onRefused(reason);
    throw new RangeError(reason);
  };
  const judgePresence = (device: string, value: Uint8Array): void => {
    const presence = verifyPresence(value, dependencies.now());
    if (!presence.ok) refuse(presence.reason);
    else if (presence.value.device !== device) refuse("presence: it stands under another device's key");
    else {
      const acceptance = books.presences.accept(presence.value);
      if (acceptance !== "new" && acceptance !== "known") refuse(`presence: ${acceptance}`);
    }
  };
  const judgeDevices = (user: string, value: Uint8Array): void => {
    const outcome = books.devices.merge(user as UserId, value);
    if (outcome !== "merged") refuse(`devices: ${outcome}`);
  };
  const judgeDurable = (name: string, value: Uint8Array): void => {
    const record = verifyDurable(value, dependencies.now());
    if (!record.ok) refuse(record.reason);
    else if (nameOf(record.value) !== name) refuse("durable: it stands under another key");
    else {
      const acceptance = books.durables.accept(record.value);
      if (acceptance !== "new" && acceptance !== "known") refuse(`durable: ${acceptance}`);
    }
  };
  return (key, value) => {
    const text = new TextDecoder().decode(key);
    if (text.startsWith(PRESENCE_KEY_PREFIX)) judgePresence(text.slice(PRESENCE_KEY_PREFIX.length), value);
    else if (text.startsWith(DEVICES_KEY_PREFIX)) judgeDevices(text.slice(DEVICES_KEY_PREFIX.length), value);
    else if (text.startsWith(DURABLE_KEY_PREFIX)) judgeDurable(text.slice(DURABLE_KEY_PREFIX.length), value);
    else refuse("record: of no kind we keep");
  };
}

/** The DHT key of a device's presence. */
export function presenceKey(device: DeviceId): Uint8Array {
  return new TextEncoder().encode(PRESENCE_KEY_PREFIX + device);
}

/** The DHT key of a user's devices. */
export function devicesKey(user: UserId): Uint8Array {
  return new TextEncoder().encode(DEVICES_KEY_PREFIX + user);
}

/** Whose durable record, and which. */
export type DurableName =
  | { readonly kind: "device-list"; readonly user: UserId }
  | { readonly kind: "mailbox-hint"; readonly device: DeviceId };

/** The DHT key of a durable record. */
export function durableKey(name: DurableName): Uint8Array {
  return new TextEncoder().encode(DURABLE_KEY_PREFIX + nameOf(name));
}

function nameOf(name: DurableName | Durable): string {
  return name.kind === "device-list" ? `list-${name.user}` : `hint-${name.device}`;
}
