import { type Clock, createLive, type Live, type UserId } from "@skein/core";
import { safetyNumber, safetyWords } from "@skein/identity";

/** A safety number with its words; empty while it is being computed. */
export interface Safety {
  readonly number: string;
  readonly words: string;
}

/** Safety numbers of contacts, computed one a turn: each takes tens of milliseconds, and a page must stay smooth. */
export interface SafetyCache {
  readonly known: Live<ReadonlyMap<UserId, Safety>>;
  /** Computes what is missing for these people. */
  want(users: readonly UserId[]): void;
}

/** Makes the cache for one user. */
export function createSafetyCache(self: UserId, clock: Clock): SafetyCache {
  const known = createLive<ReadonlyMap<UserId, Safety>>(new Map());
  let queue: readonly UserId[] = [];
  let working = false;

  function next(): void {
    const [user, ...rest] = queue;
    queue = rest;
    working = user !== undefined;
    if (user === undefined) return;
    if (!known.value.has(user)) {
      const safety = { number: safetyNumber(self, user), words: safetyWords(self, user) };
      known.set(new Map(known.value).set(user, safety));
    }
    clock.at(clock.now(), next);
  }

  return {
    known,
    want(users) {
      queue = users.filter((user) => !known.value.has(user));
      if (working || queue.length === 0) return;
      working = true;
      clock.at(clock.now(), next);
    },
  };
}
