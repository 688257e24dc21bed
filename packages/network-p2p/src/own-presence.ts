import { type Availability, type Clock, isNetworkError, type Presence, type Via } from "@skein/core";
import { type Account, signPresence } from "@skein/identity";
import { PRESENCE_REFRESH_MS, PRESENCE_SETTLE_MS } from "./defaults.ts";

/** Says where this device is: signs a record at every change, and every 20 minutes. */
export interface OwnPresence {
  setAvailability(availability: Availability): void;
  /** Our supernodes changed. Told while open; nothing is said while there are none. */
  setVia(via: readonly Via[]): void;
  /** The network started with these supernodes. */
  open(via: readonly Via[]): void;
  /** Signs and publishes now, above whatever is known of this device; rejects as `publish` does. */
  publishNow(availability?: Availability): Promise<void>;
  /** The app published a presence of this device itself: from now on that is its business, and nothing is said here. */
  leaveToApp(): void;
  /** Nothing more is said until the next `open`. */
  close(): void;
}

/** What it needs. */
export interface OwnPresenceDependencies {
  readonly clock: Clock;
  readonly publish: (presence: Presence) => Promise<void>;
  /** The highest sequence anyone knows of this device: asked for when ours is refused. */
  readonly newestKnown: () => Promise<number>;
}

/** Starts closed, with availability `online`. */
export function createOwnPresence(account: Account, dependencies: OwnPresenceDependencies): OwnPresence {
  const { clock, newestKnown, publish } = dependencies;
  let availability: Availability = "online";
  let via: readonly Via[] = [];
  let lastSequence = 0;
  let cancelNext = (): void => {};
  let opened = false;
  let owner: "network" | "app" = "network";

  const sign = (state: Availability): Presence => {
    const issuedAt = clock.now();
    // Above all that went before, also before a reload, which forgets `lastSequence`.
    lastSequence = Math.max(lastSequence + 1, issuedAt);
    const names = state === "offline" ? [] : via;
    const statement = {
      certificate: account.certificate,
      sequence: lastSequence,
      issuedAt,
      availability: state,
      via: names,
    };
    return signPresence(statement, account.deviceKey);
  };
  const publishNow = async (state: Availability = availability): Promise<void> => {
    if (owner === "app") return;
    nextRefresh();
    try {
      await publish(sign(state));
    } catch (error) {
      if (!isNetworkError(error, "refused")) throw error;
      // Our clock went back since the last time: go above.
      lastSequence = Math.max(lastSequence, await newestKnown());
      await publish(sign(state));
    }
  };
  const publishSoon = (): void => {
    if (!opened || via.length === 0 || owner === "app") return;
    nextRefresh();
    publish(sign(availability)).catch(() => {});
  };
  const nextRefresh = (): void => {
    cancelNext();
    if (opened) cancelNext = clock.at(clock.now() + PRESENCE_REFRESH_MS, publishSoon);
  };
  const settle = (): void => {
    if (!opened) return;
    cancelNext();
    cancelNext = clock.at(clock.now() + PRESENCE_SETTLE_MS, publishSoon);
  };

  return {
    setAvailability(next) {
      if (next === availability) return;
      availability = next;
      settle();
    },
    setVia(next) {
      const same = JSON.stringify(next) === JSON.stringify(via);
      via = next;
      if (via.length > 0 && !same) settle();
    },
    open(first) {
      opened = true;
      via = first;
    },
    publishNow,
    leaveToApp() {
      owner = "app";
      cancelNext();
    },
    close() {
      opened = false;
      cancelNext();
    },
  };
}
