import type { Session } from "@skein/client";
import type { Clock } from "@skein/core";

/** How long nobody may touch any tab of a profile before others see `away`, ms. */
export const AWAY_AFTER_MS = 600_000;

/** Tells others whether somebody is here. */
export interface AvailabilityKeeper {
  /** Somebody used a tab of this profile. */
  touch(): void;
  close(): void;
}

/** Says `away` after {@link AWAY_AFTER_MS} without a touch, and `online` again at the next one. A call counts as use. */
export function keepAvailability(
  options: { readonly awayAfterMs: number },
  dependencies: { readonly session: Session; readonly clock: Clock },
): AvailabilityKeeper {
  const { awayAfterMs } = options;
  const { session, clock } = dependencies;
  let touchedAt = clock.now();
  let said: "online" | "away" = "online";
  let cancel: () => void = () => {};

  const say = (availability: "online" | "away"): void => {
    if (said === availability) return;
    said = availability;
    // A refusal needs no sentence here: the network tells where it stands by itself.
    session.act({ kind: "set-availability", availability }).catch(() => {});
  };
  const check = (): void => {
    if (inCall(session)) touchedAt = clock.now();
    const idleMs = clock.now() - touchedAt;
    if (idleMs >= awayAfterMs) say("away");
    else cancel = clock.at(clock.now() + awayAfterMs - idleMs, check);
  };
  check();

  return {
    touch() {
      touchedAt = clock.now();
      if (said === "online") return;
      say("online");
      check();
    },
    close: () => cancel(),
  };
}

function inCall(session: Session): boolean {
  const { kind } = session.state.value.call;
  return kind === "connected" || kind === "connecting" || kind === "ringing-out";
}
