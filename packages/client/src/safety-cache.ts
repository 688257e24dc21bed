import { type Clock, createLive, type Live, type UserId } from "@skein/core";
import { safetyNumber, safetyWords } from "@skein/identity";

/** A safety number with its words. */
export interface Safety {
  readonly number: string;
  readonly words: string;
}

/** Safety numbers of contacts, computed one a turn: each takes tens of milliseconds, and a page must stay smooth. */
export interface SafetyCache {
  /** Those computed so far. */
  readonly known: Live<ReadonlyMap<UserId, Safety>>;
  /** Computes what is missing for these people, and no longer for others. */
  want(users: readonly UserId[]): void;
  close(): void;
}

/** Makes the cache for one user. */
export function createSafetyCache(self: UserId, clock: Clock): SafetyCache {
  const known = createLive<ReadonlyMap<UserId, Safety>>(new Map());
  let missing: readonly UserId[] = [];
  let cancel = (): void => {};

  function plan(): void {
    cancel();
    cancel = missing.length === 0 ? () => {} : clock.at(clock.now(), computeOne);
  }
  function computeOne(): void {
    const [user, ...rest] = missing;
    if (user === undefined) return;
    known.set(new Map(known.value).set(user, { number: safetyNumber(self, user), words: safetyWords(self, user) }));
    missing = rest;
    plan();
  }

  return {
    known,
    want(users) {
      missing = users.filter((user) => !known.value.has(user));
      plan();
    },
    close: () => cancel(),
  };
}
