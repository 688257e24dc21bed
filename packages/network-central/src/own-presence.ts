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

/** Makes it. Sequences rise strictly: `max(last + 1, now)`, so that a new process without memory is above an old one. */
export function createOwnPresence(dependencies: {
  readonly account: Account;
  readonly clock: Clock;
  /** The sequence the server holds for this device, if any. */
  readonly lastPublished: (signal: AbortSignal) => Promise<number | undefined>;
}): OwnPresence {
  const { account, clock, lastPublished } = dependencies;
  let availability: Availability = "online";
  let last = 0;
  let current: { readonly session: Session; readonly signal: AbortSignal } | undefined;
  let cancelRenewal: () => void = () => {};

  async function signAndPublish(session: Session, signal: AbortSignal): Promise<void> {
    const now = clock.now();
    last = Math.max(last + 1, now);
    const statement = { certificate: account.certificate, sequence: last, issuedAt: now, availability, via: [] };
    const presence = signPresence(statement, account.deviceKey).bytes;
    await session.requests.ask({ kind: "publish", presence }, "done", signal);
  }

  async function publishNow(session: Session, signal: AbortSignal): Promise<void> {
    cancelRenewal();
    cancelRenewal = clock.at(clock.now() + PRESENCE_EVERY_MS, renew);
    try {
      await signAndPublish(session, signal);
    } catch (error) {
      if (!isNetworkError(error, "refused")) throw error;
      // Perhaps this device's clock went back, or another process of it was ahead.
      const known = await lastPublished(signal);
      if (known === undefined || known < last) throw error;
      last = known;
      await signAndPublish(session, signal);
    }
  }

  function renew(): void {
    if (current === undefined) return;
    // A lost link announces anew when it is back.
    publishNow(current.session, current.signal).catch(() => {});
  }

  return {
    async announce(session, signal) {
      current = { session, signal };
      await publishNow(session, signal);
    },
    setAvailability(next) {
      if (next === availability) return;
      availability = next;
      renew();
    },
    noteOwn(presence) {
      last = Math.max(last, presence.sequence);
      availability = presence.availability;
    },
    pause() {
      current = undefined;
      cancelRenewal();
    },
  };
}
