import {
  type Clock,
  type DeviceId,
  type Directory,
  type Durable,
  type Live,
  NetworkError,
  type NetworkStatus,
  type Presence,
  type PresenceChange,
  type Unsubscribe,
  type UserId,
} from "@skein/core";
import { requireOnline } from "./require-online.ts";

/** Reads a presence from its signed bytes at a time, ms since 1970. */
export type VerifyPresence = (
  bytes: Uint8Array,
  now: number,
) => { readonly ok: true; readonly value: Presence } | { readonly ok: false; readonly reason: string };

/** Reads a durable record from its signed bytes at a time, ms since 1970. */
export type VerifyDurable = (
  bytes: Uint8Array,
  now: number,
) => { readonly ok: true; readonly value: Durable } | { readonly ok: false; readonly reason: string };

/** The one directory of a memory world. */
export interface MemoryIndex {
  /** Throws `refused` for a record that does not hold or is old. */
  put(presence: Presence): void;
  /** The records of a user that have not expired. */
  get(user: UserId): readonly Presence[];
  /** As `put`, for a durable record. */
  putDurable(record: Durable): void;
  /** The durable records of a user that have not expired. */
  getDurable(user: UserId): readonly Durable[];
  /** Tells those who watch that a device went away. */
  gone(device: DeviceId): void;
  onChange(listener: (change: PresenceChange) => void): Unsubscribe;
}

/** Makes an empty directory. */
export function createMemoryIndex(dependencies: {
  readonly clock: Clock;
  readonly verify: VerifyPresence;
  readonly verifyDurable: VerifyDurable;
}): MemoryIndex {
  const { clock, verify, verifyDurable } = dependencies;
  const durables = new Map<string, Durable>();
  const records = new Map<DeviceId, Presence>();
  const listeners = new Set<(change: PresenceChange) => void>();
  const tell = (change: PresenceChange): void => {
    for (const listener of [...listeners]) listener(change);
  };
  return {
    put({ bytes }) {
      // What is kept is what the signed bytes say, whatever the caller's fields claim.
      const verified = verify(bytes.slice(), clock.now());
      if (!verified.ok) throw new NetworkError("refused", verified.reason);
      const presence = verified.value;
      const known = records.get(presence.device);
      if (known !== undefined && sameBytes(known.bytes, presence.bytes)) return;
      if (known !== undefined && known.sequence >= presence.sequence) {
        throw new NetworkError("refused", `sequence ${presence.sequence} is not above ${known.sequence}`);
      }
      records.set(presence.device, presence);
      tell({ kind: "presence", presence });
    },
    get: (user) => [...records.values()].filter((each) => each.user === user && each.expiresAt > clock.now()),
    putDurable({ bytes }) {
      const verified = verifyDurable(bytes.slice(), clock.now());
      if (!verified.ok) throw new NetworkError("refused", verified.reason);
      const record = verified.value;
      const name = record.kind === "device-list" ? `list ${record.user}` : `hint ${record.device}`;
      const known = durables.get(name);
      if (known !== undefined && sameBytes(known.bytes, record.bytes)) return;
      if (known !== undefined && known.sequence >= record.sequence)
        throw new NetworkError("refused", `sequence ${record.sequence} is not above ${known.sequence}`);
      durables.set(name, record);
    },
    getDurable: (user) => [...durables.values()].filter((each) => each.user === user && each.expiresAt > clock.now()),
    gone(device) {
      const known = records.get(device);
      if (known !== undefined) tell({ kind: "gone", user: known.user, device, at: clock.now() });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The directory as one network sees it: it answers only while that network is online. */
export function createMemoryDirectory(dependencies: {
  readonly index: MemoryIndex;
  readonly status: Live<NetworkStatus>;
}): Directory {
  const { index, status } = dependencies;
  return {
    async publish(presence, signal) {
      requireOnline(status.value, signal);
      index.put(presence);
    },
    async find(user, signal) {
      requireOnline(status.value, signal);
      return index.get(user);
    },
    async publishDurable(record, signal) {
      requireOnline(status.value, signal);
      index.putDurable(record);
    },
    async findDurable(user, signal) {
      requireOnline(status.value, signal);
      return index.getDurable(user);
    },
    watch(users, onChange) {
      const wanted = new Set(users);
      const told = new Map<DeviceId, number>();
      let active = true;
      const tell = (change: PresenceChange): void => {
        if (change.kind === "presence") {
          const { device, sequence } = change.presence;
          if ((told.get(device) ?? -1) >= sequence) return;
          told.set(device, sequence);
        }
        // Later, so that nobody hears of a change before the call that made it, or that began the watch, has returned.
        queueMicrotask(() => {
          if (active) onChange(change);
        });
      };
      const ends = [
        index.onChange((change) => {
          const user = change.kind === "presence" ? change.presence.user : change.user;
          if (wanted.has(user) && status.value.kind === "online") tell(change);
        }),
        status.subscribe(({ kind }) => {
          if (kind !== "online") return;
          for (const user of wanted) for (const presence of index.get(user)) tell({ kind: "presence", presence });
        }),
      ];
      return () => {
        active = false;
        for (const end of ends) end();
      };
    },
  };
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.byteLength === other.byteLength && one.every((byte, index) => byte === other[index]);
}
