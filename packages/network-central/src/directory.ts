import {
  type Clock,
  type DeviceId,
  type Directory,
  deviceIdFromKey,
  keyFromId,
  type Presence,
  type PresenceChange,
  type Report,
  type UserId,
  userIdFromKey,
} from "@skein/core";
import { verifyDurable, verifyPresence } from "@skein/identity";
import { MAX_WATCH_BATCH } from "@skein/wire";
import type { Push, RequireSession, Session } from "./session.ts";

/** The directory as the network drives it. */
export interface CentralDirectory extends Directory {
  /** Something the server pushed. */
  onPush(push: Push): void;
  /** A new session: asks again for everything watched. */
  resume(session: Session): void;
}

/** What is known of a device of a watched user. */
interface Known {
  readonly presence: Presence;
  readonly goneAt?: number;
}

interface Watched {
  readonly listeners: Set<(change: PresenceChange) => void>;
  readonly devices: Map<DeviceId, Known>;
}

/** Devices of one watched user that are remembered; the server sends no more either. */
const MAX_DEVICES = 16;

/**
 * Makes the directory (CE12–CE16). The server is not believed: a record counts only when both its signatures hold, it is
 * of the user that was asked for, and it is not older than one seen before.
 */
export function createDirectory(dependencies: {
  readonly clock: Clock;
  readonly report: Report;
  readonly session: RequireSession;
  /** Hears what is published of this device. */
  readonly onPublish: (presence: Presence) => void;
}): CentralDirectory {
  const { clock, report, onPublish } = dependencies;
  const watched = new Map<UserId, Watched>();

  function check(bytes: Uint8Array, isWanted: (user: UserId) => boolean): Presence | undefined {
    const parsed = verifyPresence(bytes, clock.now());
    const reason = parsed.ok
      ? isWanted(parsed.value.user)
        ? undefined
        : "presence: of a user nobody asked for"
      : parsed.reason;
    if (reason !== undefined) report({ name: "record.refused", reason, from: "central server" });
    return parsed.ok && reason === undefined ? parsed.value : undefined;
  }

  /** Takes a checked record in; says false when a newer one, or the same one with nothing changed, is known. */
  function learn(presence: Presence): boolean {
    const devices = watched.get(presence.user)?.devices;
    if (devices === undefined) return true;
    const known = devices.get(presence.device);
    if (known !== undefined && known.presence.sequence > presence.sequence) {
      report({ name: "record.refused", reason: "presence: older than one seen before", from: "central server" });
      return false;
    }
    if (known?.presence.sequence === presence.sequence && known.goneAt === undefined) return false;
    if (known === undefined && devices.size >= MAX_DEVICES) return false;
    devices.set(presence.device, { presence });
    return true;
  }

  function tell(user: UserId, change: PresenceChange): void {
    for (const listener of [...(watched.get(user)?.listeners ?? [])]) listener(change);
  }

  function onGone(push: Extract<Push, { kind: "gone" }>): void {
    const user = userIdFromKey(push.user);
    const device = deviceIdFromKey(push.device);
    const known = watched.get(user)?.devices.get(device);
    if (known === undefined || known.goneAt !== undefined) return;
    watched.get(user)?.devices.set(device, { ...known, goneAt: push.at });
    tell(user, { kind: "gone", user, device, at: push.at });
  }

  function replay(user: UserId, { devices }: Watched, onChange: (change: PresenceChange) => void): void {
    for (const [device, { presence, goneAt }] of devices) {
      if (presence.expiresAt <= clock.now()) continue;
      onChange({ kind: "presence", presence });
      if (goneAt !== undefined) onChange({ kind: "gone", user, device, at: goneAt });
    }
  }

  /** Tells the server; while there is no session this waits for {@link CentralDirectory.resume}. */
  function request(kind: "watch" | "unwatch", users: readonly UserId[], session: Session | undefined): void {
    for (let at = 0; at < users.length; at += MAX_WATCH_BATCH) {
      const batch = users.slice(at, at + MAX_WATCH_BATCH).map((user) => keyFromId(user));
      session?.requests.ask({ kind, users: batch }, "done", new AbortController().signal).catch((error: unknown) => {
        // A lost link is no news; a refusal means nobody will hear of these users.
        if (isRefusal(error)) report({ name: "record.refused", reason: error.message, from: "central server" });
      });
    }
  }

  function sessionIfAny(): Session | undefined {
    try {
      return dependencies.session();
    } catch {
      return undefined;
    }
  }

  return {
    async publish(presence, signal) {
      const { requests } = dependencies.session();
      await requests.ask({ kind: "publish", presence: presence.bytes }, "done", signal);
      // Only what was signed counts, not the fields beside it.
      const published = verifyPresence(presence.bytes, clock.now());
      if (published.ok) onPublish(published.value);
    },

    async find(user, signal) {
      const question = { kind: "find", user: keyFromId(user) } as const;
      const { presences } = await dependencies.session().requests.ask(question, "found", signal);
      const newest = new Map<DeviceId, Presence>();
      for (const bytes of presences) {
        const presence = check(bytes, (owner) => owner === user);
        if (presence === undefined) continue;
        const other = newest.get(presence.device) ?? watched.get(user)?.devices.get(presence.device)?.presence;
        newest.set(presence.device, other !== undefined && other.sequence > presence.sequence ? other : presence);
      }
      return [...newest.values()];
    },

    async publishDurable(record, signal) {
      const { requests } = dependencies.session();
      await requests.ask({ kind: "publish-durable", record: record.bytes }, "done", signal);
    },

    async findDurable(user, signal) {
      const question = { kind: "find-durable", user: keyFromId(user) } as const;
      const { records } = await dependencies.session().requests.ask(question, "durables", signal);
      return records.flatMap((bytes) => {
        const record = verifyDurable(bytes, clock.now());
        if (record.ok && record.value.user === user) return [record.value];
        const reason = record.ok ? "durable: of a user nobody asked for" : record.reason;
        report({ name: "record.refused", reason, from: "central server" });
        return [];
      });
    },

    watch(users, onChange) {
      // One listener may watch twice; each watch has its own end.
      const own = (change: PresenceChange): void => onChange(change);
      const fresh: UserId[] = [];
      for (const user of new Set(users)) {
        const entry = watched.get(user) ?? { listeners: new Set(), devices: new Map() };
        if (!watched.has(user)) fresh.push(user);
        watched.set(user, entry);
        entry.listeners.add(own);
        replay(user, entry, own);
      }
      request("watch", fresh, sessionIfAny());
      return () => {
        const left: UserId[] = [];
        for (const user of new Set(users)) {
          const entry = watched.get(user);
          if (entry?.listeners.delete(own) !== true || entry.listeners.size > 0) continue;
          watched.delete(user);
          left.push(user);
        }
        request("unwatch", left, sessionIfAny());
      };
    },

    onPush(push) {
      if (push.kind === "gone") return onGone(push);
      const presence = check(push.record, (user) => watched.has(user));
      if (presence !== undefined && learn(presence)) tell(presence.user, { kind: "presence", presence });
    },

    resume: (session) => request("watch", [...watched.keys()], session),
  };
}

function isRefusal(error: unknown): error is Error {
  return error instanceof Error && "code" in error && error.code === "refused";
}
