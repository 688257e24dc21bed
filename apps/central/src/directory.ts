import { type Clock, type DeviceId, keyFromId, type Presence, type UserId } from "@skein/core";
import { verifyPresence } from "@skein/identity";
import type { CentralReply, Parsed } from "@skein/wire";
import { createPresenceStore } from "./presence-store.ts";
import type { Session } from "./session.ts";

/** Who is where, and who wants to know. */
export interface Directory {
  readonly records: number;
  /** Keeps a session's own signed presence and tells its watchers. */
  publish(session: Session, bytes: Uint8Array): Parsed<Presence>;
  find(user: UserId): readonly Presence[];
  /** Tells what is known now, then every change. Says false, and does nothing, beyond the limit. */
  watch(session: Session, users: readonly UserId[]): boolean;
  unwatch(session: Session, users: readonly UserId[]): void;
  /** The device has no connection any more: its watchers hear `gone` at once. */
  left(session: Session): void;
}

/** Makes an empty directory (CE10–CE15). `isOnline` says whether a device is logged in now. */
export function createDirectory(
  limits: { readonly maxPresences: number; readonly maxWatched: number },
  dependencies: { readonly clock: Clock; readonly isOnline: (device: DeviceId) => boolean },
): Directory {
  const { clock, isOnline } = dependencies;
  const store = createPresenceStore(limits);
  /** Sessions that published something. */
  const announced = new WeakSet<Session>();
  const watchers = new Map<UserId, Set<Session>>();

  function tell(user: UserId, reply: CentralReply): void {
    for (const watcher of watchers.get(user) ?? []) watcher.send(reply);
  }

  function unwatch(session: Session, users: Iterable<UserId>): void {
    for (const user of users) {
      session.watched.delete(user);
      const those = watchers.get(user);
      those?.delete(session);
      if (those?.size === 0) watchers.delete(user);
    }
  }

  return {
    get records() {
      return store.size;
    },

    publish(session, bytes) {
      const now = clock.now();
      const parsed = verifyPresence(bytes, now);
      if (!parsed.ok) return parsed;
      if (parsed.value.device !== session.device) return refuse("presence: it is another device's");
      const outcome = store.put(parsed.value, now);
      if (outcome === "old") return refuse("presence: its sequence is not above the last one");
      if (outcome === "full") return refuse("presence: this server has no room for more devices");
      // Published again after a break, it tells that the device is back.
      const isNews = outcome === "stored" || !announced.has(session);
      announced.add(session);
      if (isNews) tell(parsed.value.user, { kind: "presence", record: bytes });
      return parsed;
    },

    find: (user) => store.of(user, clock.now()),

    watch(session, users) {
      const added = new Set(users.filter((user) => !session.watched.has(user)));
      if (session.watched.size + added.size > limits.maxWatched) return false;
      for (const user of users) {
        session.watched.add(user);
        const those = watchers.get(user) ?? new Set();
        watchers.set(user, those.add(session));
        for (const presence of store.of(user, clock.now())) {
          session.send({ kind: "presence", record: presence.bytes });
          if (!isOnline(presence.device)) session.send(gone(presence, clock.now()));
        }
      }
      return true;
    },

    unwatch,

    left(session) {
      unwatch(session, [...session.watched]);
      if (!isOnline(session.device)) tell(session.user, gone(session, clock.now()));
    },
  };
}

function gone(who: { readonly user: UserId; readonly device: DeviceId }, at: number): CentralReply {
  return { kind: "gone", user: keyFromId(who.user), device: keyFromId(who.device), at };
}

function refuse(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}
