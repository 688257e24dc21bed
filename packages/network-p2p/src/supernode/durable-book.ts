import {
  type DeviceId,
  type Durable,
  deviceIdFromKey,
  type MailboxHint,
  type UserId,
  userIdFromKey,
} from "@skein/core";
import { MAX_LISTED_DEVICES } from "@skein/wire";
import { MAX_DURABLE_USERS } from "./limits.ts";
import { type Acceptance, compare } from "./presence-book.ts";

/** The newest durable records of each user: one device list, and one mailbox hint of each of at most 8 devices. */
export interface DurableBook {
  /** Users with a record. */
  readonly size: number;
  /** Takes a record whose signatures were checked. */
  accept(record: Durable): Acceptance;
  /** Unexpired records, the list first. */
  ofUser(user: UserId): readonly Durable[];
  all(): Iterable<Durable>;
  /** The sequence of the list of this user, or of the hint of this device. */
  sequenceOf(kind: Durable["kind"], key: Uint8Array): number | undefined;
  /** Calls for each record that is `new`, and for each that left. */
  subscribe(listener: (change: "kept" | "left", record: Durable) => void): void;
}

interface Kept {
  list?: Durable;
  readonly hints: Map<DeviceId, MailboxHint>;
}

/** Makes an empty book; `now` in ms. Expired records leave when room is needed, and are never given out. */
export function createDurableBook(now: () => number, maxUsers: number = MAX_DURABLE_USERS): DurableBook {
  const byUser = new Map<UserId, Kept>();
  const userOf = new Map<DeviceId, UserId>();
  const listeners: ((change: "kept" | "left", record: Durable) => void)[] = [];
  const tell = (change: "kept" | "left", record: Durable): void => {
    for (const listener of listeners) listener(change, record);
  };
  const recordsOf = ({ list, hints }: Kept): readonly Durable[] => [
    ...(list === undefined ? [] : [list]),
    ...hints.values(),
  ];
  const left = (record: Durable): void => {
    if (record.kind === "mailbox-hint") userOf.delete(record.device);
    tell("left", record);
  };
  const aliveOf = (kept: Kept): readonly Durable[] => recordsOf(kept).filter((each) => each.expiresAt > now());
  const dropDead = (): void => {
    for (const [user, kept] of byUser)
      if (aliveOf(kept).length === 0) {
        byUser.delete(user);
        for (const record of recordsOf(kept)) left(record);
      }
  };
  const hasRoom = (): boolean => {
    if (byUser.size >= maxUsers) dropDead();
    return byUser.size < maxUsers;
  };
  /** A user has so many hints at most: a further one takes the place of the one that was signed longest ago. */
  const keepHint = ({ hints }: Kept, hint: MailboxHint): void => {
    hints.set(hint.device, hint);
    userOf.set(hint.device, hint.user);
    const [oldest] = [...hints.values()].sort((one, other) => one.issuedAt - other.issuedAt);
    if (hints.size <= MAX_LISTED_DEVICES || oldest === undefined) return;
    hints.delete(oldest.device);
    left(oldest);
  };
  const knownIn = (kept: Kept, record: Durable): Durable | undefined =>
    record.kind === "device-list" ? kept.list : kept.hints.get(record.device);

  return {
    get size() {
      return byUser.size;
    },
    accept(record) {
      const present = byUser.get(record.user);
      if (present === undefined && !hasRoom()) return "full";
      const kept: Kept = present ?? { hints: new Map() };
      const known = knownIn(kept, record);
      if (known !== undefined && known.sequence >= record.sequence) return compare(known, record);
      byUser.set(record.user, kept);
      tell("kept", record);
      if (record.kind === "device-list") kept.list = record;
      else keepHint(kept, record);
      return "new";
    },
    ofUser(user) {
      const kept = byUser.get(user);
      return kept === undefined ? [] : aliveOf(kept);
    },
    *all() {
      for (const kept of byUser.values()) yield* aliveOf(kept);
    },
    sequenceOf(kind, key) {
      const user = kind === "device-list" ? userIdFromKey(key) : userOf.get(deviceIdFromKey(key));
      const kept = user === undefined ? undefined : byUser.get(user);
      const record = kind === "device-list" ? kept?.list : kept?.hints.get(deviceIdFromKey(key));
      return record === undefined || record.expiresAt <= now() ? undefined : record.sequence;
    },
    subscribe: (listener) => void listeners.push(listener),
  };
}
