import {
  type Clock,
  type DeviceId,
  type Directory,
  type Durable,
  deviceIdFromKey,
  keyFromId,
  type Live,
  NetworkError,
  type Presence,
  type PresenceChange,
  type Report,
  type UserId,
  userIdFromKey,
} from "@skein/core";
import { verifyDurable, verifyPresence } from "@skein/identity";
import { MAX_WATCHED_USERS } from "@skein/wire";
import { askTwo } from "./ask-two.ts";
import { REFIND_MS } from "./defaults.ts";
import type { Answer, Push, Question } from "./index-client.ts";
import type { KnownPresences } from "./known-presences.ts";
import { toNetworkError } from "./network-errors.ts";
import type { SupernodeLink } from "./supernode-link.ts";

/** The directory of a leaf, and what the rest of the network needs of it. */
export interface LeafDirectory extends Directory {
  /** The newest presence of a device: what is known, else what the supernodes say. */
  findDevice(device: DeviceId, signal: AbortSignal): Promise<Presence | undefined>;
  /** Asks anew, whatever is known. */
  refreshDevice(device: DeviceId, signal: AbortSignal): Promise<Presence | undefined>;
  /** A supernode pushed something. */
  heard(push: Push): void;
}

interface Watch {
  readonly users: ReadonlySet<UserId>;
  readonly onChange: (change: PresenceChange) => void;
}

/** Makes the directory over the warm supernodes. */
export function createLeafDirectory(dependencies: {
  readonly clock: Clock;
  readonly links: Live<readonly SupernodeLink[]>;
  readonly known: KnownPresences;
  readonly report: Report;
  /** Why there is nobody to ask: stopped, or offline. */
  readonly absence: () => NetworkError;
}): LeafDirectory {
  const { absence, clock, known, links, report } = dependencies;
  const watches = new Set<Watch>();
  /** Which presence was last said to be gone, of each device: three supernodes tell of one leaving. */
  const gone = new Map<DeviceId, number>();
  let cancelRefind = (): void => {};

  const check = (bytes: Uint8Array): Presence | undefined => {
    const before = known.ofBytes(bytes);
    if (before !== undefined) return before;
    const presence = verifyPresence(bytes, clock.now());
    if (presence.ok) return presence.value;
    report({ name: "record.refused", reason: presence.reason });
    return undefined;
  };
  const checkDurable = (bytes: Uint8Array, user: UserId): Durable | undefined => {
    const record = verifyDurable(bytes, clock.now());
    if (record.ok && record.value.user === user) return record.value;
    report({ name: "record.refused", reason: record.ok ? "durable: of a user nobody asked for" : record.reason });
    return undefined;
  };
  const tell = (user: UserId, change: PresenceChange): void => {
    for (const watch of watches) if (watch.users.has(user)) watch.onChange(change);
  };
  const learn = (presence: Presence): void => {
    if (known.learn(presence)) tell(presence.user, { kind: "presence", presence });
  };
  /** Home first; the next one when it fails or refuses: for what nobody waits for, and what is to be kept. */
  const askAny = async (question: Question, signal: AbortSignal): Promise<Answer> => {
    signal.throwIfAborted();
    let failure: unknown = absence();
    for (const link of links.value) {
      signal.throwIfAborted();
      try {
        return await link.index.ask(question, signal);
      } catch (error) {
        failure = error;
      }
    }
    signal.throwIfAborted();
    throw toNetworkError(failure, "offline");
  };
  const learnFrom = (answer: Answer): readonly Presence[] => {
    const presences = answer.kind === "records" ? answer.records.flatMap((bytes) => check(bytes) ?? []) : [];
    for (const presence of presences) learn(presence);
    return presences;
  };
  /** Home and the next at once: for what somebody waits for. */
  const askForSomebody = async <Found>(
    question: Question,
    read: (answer: Answer) => readonly Found[],
    signal: AbortSignal,
  ): Promise<readonly Found[]> => {
    signal.throwIfAborted();
    if (links.value.length === 0) throw absence();
    try {
      return await askTwo(links.value, question, { clock, read }, signal);
    } catch (error) {
      signal.throwIfAborted();
      throw toNetworkError(error, "offline");
    }
  };
  const refreshDevice: LeafDirectory["refreshDevice"] = async (device, signal) => {
    await askForSomebody({ kind: "find-device", device: keyFromId(device) }, learnFrom, signal);
    return known.ofDevice(device);
  };
  const watchedUsers = (): readonly UserId[] => [...new Set([...watches].flatMap((watch) => [...watch.users]))];
  const sendWatchTo = (link: SupernodeLink): void => {
    const users = watchedUsers().slice(0, MAX_WATCHED_USERS).map(keyFromId);
    link.index.ask({ kind: "watch", users }).catch(() => {});
  };
  const refindNext = (index: number): void => {
    const users = watchedUsers();
    cancelRefind();
    if (users.length === 0 || links.value.length === 0) return;
    cancelRefind = clock.at(clock.now() + Math.max(REFIND_MS / users.length, 250), () => {
      const user = users[index % users.length];
      if (user !== undefined)
        askAny({ kind: "find", user: keyFromId(user) }, AbortSignal.timeout(REFIND_MS)).then(learnFrom, () => {});
      refindNext((index + 1) % users.length);
    });
  };
  const watchChanged = (): void => {
    for (const link of links.value) sendWatchTo(link);
    refindNext(0);
  };
  let seen: readonly SupernodeLink[] = [];
  links.subscribe((now) => {
    for (const link of now) if (!seen.includes(link) && watches.size > 0) sendWatchTo(link);
    if (now.length === 0) cancelRefind();
    else if (seen.length === 0) refindNext(0);
    seen = now;
  });

  return {
    async publish(presence, signal) {
      const checked = verifyPresence(presence.bytes, clock.now());
      if (!checked.ok) throw new NetworkError("refused", checked.reason);
      const newest = known.ofDevice(checked.value.device);
      if (newest !== undefined && newest.sequence > checked.value.sequence)
        throw new NetworkError("refused", "presence: a newer one is known");
      for (const link of links.value.slice(1))
        link.index.ask({ kind: "keep", presence: presence.bytes }).catch(() => {});
      await askAny({ kind: "put", presence: presence.bytes }, signal);
      learn(checked.value);
    },
    async find(user, signal) {
      await askForSomebody({ kind: "find", user: keyFromId(user) }, learnFrom, signal);
      return known.ofUser(user);
    },
    async publishDurable(record, signal) {
      const checked = verifyDurable(record.bytes, clock.now());
      if (!checked.ok) throw new NetworkError("refused", checked.reason);
      await askAny({ kind: "put-durable", record: record.bytes }, signal);
    },
    findDurable: (user, signal) =>
      askForSomebody(
        { kind: "find-durable", user: keyFromId(user) },
        (answer) =>
          answer.kind === "durables" ? answer.records.flatMap((bytes) => checkDurable(bytes, user) ?? []) : [],
        signal,
      ),
    watch(users, onChange) {
      const watch: Watch = { users: new Set(users), onChange };
      watches.add(watch);
      for (const user of watch.users)
        for (const presence of known.ofUser(user)) onChange({ kind: "presence", presence });
      watchChanged();
      return () => {
        if (watches.delete(watch)) watchChanged();
      };
    },
    async findDevice(device, signal) {
      return known.ofDevice(device) ?? (await refreshDevice(device, signal));
    },
    refreshDevice,
    heard(push) {
      if (push.kind === "presence") {
        const presence = check(push.record);
        if (presence !== undefined) learn(presence);
        return;
      }
      const user = userIdFromKey(push.user);
      const device = deviceIdFromKey(push.device);
      const newest = known.ofDevice(device);
      // Only a hint: it counts for what we believe of this device now, and only under its own user.
      if (newest?.user !== user || newest.sequence > push.sequence || newest.availability === "offline") return;
      if (gone.get(device) === newest.sequence) return;
      if (gone.size >= MAX_WATCHED_USERS) gone.clear();
      gone.set(device, newest.sequence);
      tell(user, { kind: "gone", user, device, at: Math.min(push.at, clock.now()) });
    },
  };
}
