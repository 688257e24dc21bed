import { type Clock, type DeviceId, keyFromId, type UserId } from "@skein/core";
import { MAX_FOLLOWED_USERS } from "@skein/wire";
import { FOLLOW_MS, MAX_FOLLOWED } from "./limits.ts";
import type { Placement } from "./placement.ts";
import type { SupernodePool } from "./supernode-pool.ts";

/** Hears of users whose records other supernodes keep, for the leaves that watch them here. */
export interface Following {
  /** Somebody here watches these users. */
  want(users: readonly UserId[]): void;
  stop(): void;
}

/**
 * Starts following. A user we hold ourselves needs none: every change comes here. Of the others the first holder is asked to
 * push, in groups; that lasts 8 minutes and is renewed while somebody watches.
 */
export function createFollowing(dependencies: {
  readonly clock: Clock;
  readonly placement: Placement;
  readonly pool: SupernodePool;
  /** Who is watched here now. */
  readonly watched: () => Iterable<UserId>;
}): Following {
  const { clock, placement, pool, watched } = dependencies;
  let cancelNext = (): void => {};
  let stopped = false;

  /** Whom to ask for whom: nobody for those whose records we hold. */
  const byHolder = (users: Iterable<UserId>): ReadonlyMap<DeviceId, readonly UserId[]> => {
    const groups = new Map<DeviceId, UserId[]>();
    let count = 0;
    for (const user of users) {
      const [first] = placement.isHolder(user) ? [] : placement.othersOf(user);
      if (first === undefined) continue;
      count += 1;
      if (count > MAX_FOLLOWED) break;
      groups.set(first, [...(groups.get(first) ?? []), user]);
    }
    return groups;
  };
  const follow = (users: Iterable<UserId>): void => {
    for (const [holder, all] of byHolder(users))
      for (let at = 0; at < all.length; at += MAX_FOLLOWED_USERS) {
        const some = all.slice(at, at + MAX_FOLLOWED_USERS).map(keyFromId);
        pool.ask(holder, { kind: "follow", users: some }).catch(() => {});
      }
  };
  const renew = (): void => {
    if (stopped) return;
    cancelNext = clock.at(clock.now() + FOLLOW_MS / 2, renew);
    follow(watched());
  };
  cancelNext = clock.at(clock.now() + FOLLOW_MS / 2, renew);
  return {
    want: follow,
    stop() {
      stopped = true;
      cancelNext();
    },
  };
}
