import { keyFromId, type Presence, type UserId } from "@skein/core";
import type { IndexReply } from "@skein/wire";
import type { Departure } from "./departures.ts";

/** One leaf's index stream, as those who push see it. */
export interface Watcher {
  push(reply: IndexReply): void;
}

/** Who wants to hear of which users. */
export interface Watchers {
  readonly size: number;
  /** Everybody who is watched. */
  users(): Iterable<UserId>;
  /** Replaces the set of a watcher; an empty one ends it. */
  watch(watcher: Watcher, users: readonly UserId[]): void;
  presence(presence: Presence): void;
  gone(departure: Departure): void;
}

/** Makes an empty register. A watcher has at most 256 users (the request's limit). */
export function createWatchers(): Watchers {
  const byUser = new Map<UserId, Set<Watcher>>();
  const usersOf = new Map<Watcher, readonly UserId[]>();

  const forget = (watcher: Watcher): void => {
    for (const user of usersOf.get(watcher) ?? []) {
      const watchers = byUser.get(user);
      watchers?.delete(watcher);
      if (watchers?.size === 0) byUser.delete(user);
    }
    usersOf.delete(watcher);
  };
  const tell = (user: UserId, reply: IndexReply): void => {
    for (const watcher of byUser.get(user) ?? []) watcher.push(reply);
  };

  return {
    get size() {
      return usersOf.size;
    },
    users: () => byUser.keys(),
    watch(watcher, users) {
      forget(watcher);
      if (users.length === 0) return;
      usersOf.set(watcher, users);
      for (const user of users) byUser.set(user, (byUser.get(user) ?? new Set()).add(watcher));
    },
    presence: (presence) => tell(presence.user, presencePush(presence)),
    gone: (departure) => tell(departure.presence.user, gonePush(departure)),
  };
}

/** What a watcher is told of a presence. */
export function presencePush(presence: Presence): IndexReply {
  return { kind: "presence", record: presence.bytes };
}

/** What a watcher is told of a departure. */
export function gonePush({ presence, at }: Departure): IndexReply {
  const { device, sequence, user } = presence;
  return { kind: "gone", user: keyFromId(user), device: keyFromId(device), sequence, at };
}
