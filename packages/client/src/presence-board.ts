import {
  type Availability,
  type Clock,
  createLive,
  type DeviceId,
  type Directory,
  type Live,
  type Presence,
  type PresenceChange,
  type Unsubscribe,
  type UserId,
} from "@skein/core";

/** Who of the watched people is there, by their own signed word and by hints that they left. */
export interface PresenceBoard {
  /** Availability by user; someone not in it is offline. */
  readonly availability: Live<ReadonlyMap<UserId, Availability>>;
  /** Whose device this is, if a watched person's presence said so. */
  userOf(device: DeviceId): UserId | undefined;
  /**
   * Watches these people instead of the ones before. In the same directory what is known of those who stay is kept; another
   * directory begins with nothing known.
   */
  watch(directory: Directory, users: readonly UserId[]): void;
  close(): void;
}

interface DeviceNote {
  readonly presence: Presence;
  /** Its home said the connection went away, after this record was signed. A hint: a newer record clears it. */
  readonly gone: boolean;
}

/** Makes a board; it forgets records when they expire. */
export function createPresenceBoard(clock: Clock): PresenceBoard {
  const notes = new Map<DeviceId, DeviceNote>();
  const availability = createLive<ReadonlyMap<UserId, Availability>>(new Map());
  let watched: { readonly directory: Directory; readonly users: ReadonlySet<UserId> } | undefined;
  let unsubscribe: Unsubscribe = () => {};
  let cancelExpiry: Unsubscribe = () => {};

  function refresh(): void {
    cancelExpiry();
    const now = clock.now();
    for (const [device, note] of notes) if (note.presence.expiresAt <= now) notes.delete(device);
    const next = summarise([...notes.values()]);
    if (!sameEntries(next, availability.value)) availability.set(next);
    const firstExpiry = Math.min(...[...notes.values()].map((note) => note.presence.expiresAt));
    cancelExpiry = Number.isFinite(firstExpiry) ? clock.at(firstExpiry, refresh) : () => {};
  }

  function hear(change: PresenceChange): void {
    if (change.kind === "presence") {
      const known = notes.get(change.presence.device);
      if (known !== undefined && known.presence.sequence > change.presence.sequence) return;
      notes.set(change.presence.device, { presence: change.presence, gone: false });
    } else {
      const known = notes.get(change.device);
      if (known === undefined || known.presence.issuedAt > change.at) return;
      notes.set(change.device, { ...known, gone: true });
    }
    refresh();
  }

  return {
    availability,
    userOf: (device) => notes.get(device)?.presence.user,
    watch(directory, list) {
      const users = new Set(list);
      const sameDirectory = watched?.directory === directory;
      if (sameDirectory && watched !== undefined && sameMembers(watched.users, users)) return;
      watched = { directory, users };
      for (const [device, { presence }] of notes) if (!sameDirectory || !users.has(presence.user)) notes.delete(device);
      refresh();
      // The new watch first: whoever stays is watched without a gap.
      const former = unsubscribe;
      unsubscribe = users.size === 0 ? () => {} : directory.watch([...users], hear);
      former();
    },
    close() {
      unsubscribe();
      cancelExpiry();
    },
  };
}

/** A user is as available as the most available of their devices. */
function summarise(notes: readonly DeviceNote[]): ReadonlyMap<UserId, Availability> {
  const rank = { offline: 0, away: 1, online: 2 } as const;
  const result = new Map<UserId, Availability>();
  for (const { presence, gone } of notes) {
    const own = gone ? "offline" : presence.availability;
    const best = result.get(presence.user) ?? "offline";
    result.set(presence.user, rank[own] > rank[best] ? own : best);
  }
  return result;
}

function sameEntries(one: ReadonlyMap<UserId, Availability>, other: ReadonlyMap<UserId, Availability>): boolean {
  return one.size === other.size && [...one].every(([user, value]) => other.get(user) === value);
}

function sameMembers(one: ReadonlySet<UserId>, other: ReadonlySet<UserId>): boolean {
  return one.size === other.size && [...one].every((user) => other.has(user));
}
