import type { Clock, DeviceId, Directory, Presence, PresenceChange, Unsubscribe, UserId } from "@skein/core";
import { MAX_DEVICES } from "./defaults.ts";
import type { Belief } from "./delivery-state.ts";

/** The devices of one person, as a directory tells of them. */
export interface PeerDevices {
  /** The device to dial: the one that signed its presence last. `undefined` when none is known to be anywhere. */
  newest(signal: AbortSignal): Promise<DeviceId | undefined>;
  /** Hears of changes; calling it again does nothing. */
  watch(): void;
  unwatch(): void;
}

interface Note {
  readonly presence: Presence;
  /** A hint without signature that it left after signing: it is then dialled only when there is no other. */
  readonly hint: "none" | "gone";
}

/** Makes it; `onNews` hears each thing once: what was known before a watch began anew is no news. */
export function createPeerDevices(
  user: UserId,
  dependencies: {
    readonly directory: Directory;
    readonly clock: Clock;
    readonly onNews: (belief: Belief) => void;
  },
): PeerDevices {
  const { directory, clock, onNews } = dependencies;
  const notes = new Map<DeviceId, Note>();
  let unsubscribe: Unsubscribe | undefined;

  /** Keeps a record; says whether it is news. */
  function learn(presence: Presence): boolean {
    const known = notes.get(presence.device);
    if (presence.user !== user || (known !== undefined && known.presence.sequence >= presence.sequence)) return false;
    notes.delete(presence.device);
    notes.set(presence.device, { presence, hint: "none" });
    if (notes.size > MAX_DEVICES) notes.delete([...notes.keys()][0] as DeviceId);
    return true;
  }

  function reachable(): readonly Note[] {
    const now = clock.now();
    return [...notes.values()].filter(
      ({ presence }) => presence.expiresAt > now && presence.availability !== "offline",
    );
  }

  function hear(change: PresenceChange): void {
    if (change.kind === "presence") {
      if (learn(change.presence)) onNews(isReachable(change.presence, clock.now()) ? "online" : beliefNow());
      return;
    }
    const known = notes.get(change.device);
    if (known === undefined || known.hint === "gone" || known.presence.issuedAt > change.at) return;
    notes.set(change.device, { ...known, hint: "gone" });
    onNews(beliefNow());
  }

  /** After someone left: whether another of their devices is there. */
  function beliefNow(): Belief {
    return reachable().some(({ hint }) => hint === "none") ? "unknown" : "offline";
  }

  return {
    async newest(signal) {
      for (const presence of await directory.find(user, signal)) learn(presence);
      const [first] = [...reachable()].sort(
        (one, other) =>
          Number(one.hint === "gone") - Number(other.hint === "gone") ||
          other.presence.issuedAt - one.presence.issuedAt,
      );
      return first?.presence.device;
    },
    watch() {
      unsubscribe ??= directory.watch([user], hear);
    },
    unwatch() {
      unsubscribe?.();
      unsubscribe = undefined;
    },
  };
}

function isReachable(presence: Presence, now: number): boolean {
  return presence.expiresAt > now && presence.availability !== "offline";
}
