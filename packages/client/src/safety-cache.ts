import { type Clock, createLive, type Live, type UserId } from "@skein/core";
import { type Safety, safetyFingerprint, safetyOf } from "@skein/identity";

/** Joining the network comes first, ms. */
const FIRST_AFTER_MS = 2_000;

/** Time between two that are computed, ms: the page does other things meanwhile. */
const NEXT_AFTER_MS = 50;

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
  let ours: string | undefined;
  let dueAt = clock.now() + FIRST_AFTER_MS;
  let cancel = (): void => {};

  function plan(): void {
    cancel();
    cancel = missing.length === 0 ? () => {} : clock.at(Math.max(dueAt, clock.now()), computeOne);
  }
  function computeOne(): void {
    const [user, ...rest] = missing;
    if (user === undefined) return;
    ours ??= safetyFingerprint(self);
    known.set(new Map(known.value).set(user, safetyOf(ours, safetyFingerprint(user))));
    missing = rest;
    dueAt = clock.now() + NEXT_AFTER_MS;
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
