import { type Availability, type Clock, isNetworkError, type Presence } from "@skein/core";
import { type Account, signPresence } from "@skein/identity";
import { PRESENCE_EVERY_MS } from "./defaults.ts";
import type { Session } from "./session.ts";

/** Keeps what the directory says of this device true. */
export interface OwnPresence {
  /** Signs and publishes at the start of a session. Rejects as a request does. */
  announce(session: Session, signal: AbortSignal): Promise<void>;
  setAvailability(availability: Availability): void;
  /** Someone else published for this device: later records must be above it. */
  noteOwn(presence: Presence): void;
  /** The session ended. */
  pause(): void;
}

/**
 * Makes it (CE16). Sequences rise strictly: `max(last + 1, now)`, so that a new process without memory is above an old one.
 * After a short break the record of before is published again, as it is.
 */
export function createOwnPresence(dependencies: {
  readonly account: Account;
  readonly clock: Clock;
  /** The sequence the server holds for this device, if any. */
  readonly lastPublished: (signal: AbortSignal) => Promise<number | undefined>;
}): OwnPresence {
  const { account, clock, lastPublished } = dependencies;
  let availability: Availability = "online";
  let latest: Presence | undefined;
  let current: { readonly session: Session; readonly signal: AbortSignal } | undefined;
  let cancelRenewal: () => void = () => {};

  function sign(above: number): Presence {
    const now = clock.now();
    const sequence = Math.max(above + 1, now);
    const statement = { certificate: account.certificate, sequence, issuedAt: now, availability, via: [] };
    latest = signPresence(statement, account.deviceKey);
    return latest;
  }

  /** The record to publish now: the latest while it is fresh and true, else a new one. */
  function fresh(): Presence {
    const isFresh = latest !== undefined && latest.issuedAt + PRESENCE_EVERY_MS > clock.now();
    return latest !== undefined && isFresh && latest.availability === availability
      ? latest
      : sign(latest?.sequence ?? 0);
  }

  async function publish(presence: Presence, { session, signal }: NonNullable<typeof current>): Promise<void> {
    cancelRenewal();
    cancelRenewal = clock.at(clock.now() + PRESENCE_EVERY_MS, renew);
    await session.requests.ask({ kind: "publish", presence: presence.bytes }, "done", signal);
  }

  function renew(): void {
    if (current === undefined) return;
    // A lost link announces anew when it is back.
    publish(sign(latest?.sequence ?? 0), current).catch(() => {});
  }

  return {
    async announce(session, signal) {
      current = { session, signal };
      const presence = fresh();
      try {
        await publish(presence, current);
      } catch (error) {
        if (!isNetworkError(error, "refused")) throw error;
        // Perhaps this device's clock went back, or another process of it was ahead.
        const known = await lastPublished(signal);
        if (known === undefined || known < presence.sequence) throw error;
        await publish(sign(known), { session, signal });
      }
    },
    setAvailability(next) {
      if (next === availability) return;
      availability = next;
      renew();
    },
    noteOwn(presence) {
      if (latest !== undefined && latest.sequence >= presence.sequence) return;
      latest = presence;
      availability = presence.availability;
    },
    pause() {
      current = undefined;
      cancelRenewal();
    },
  };
}
