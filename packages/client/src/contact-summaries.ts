import { createLive, type Live, type Path, type Unsubscribe, type UserId } from "@skein/core";
import type { Message, Messaging } from "@skein/messaging";

/** What a list of contacts shows of each conversation. */
export interface Summary {
  readonly unread: number;
  readonly last?: Pick<Message, "body" | "sentAt" | "direction">;
  readonly path?: Path;
}

/** Summaries of the conversations one asked for. */
export interface ContactSummaries {
  readonly all: Live<ReadonlyMap<UserId, Summary>>;
  /** Keeps summaries of these people from now on, and only these. */
  follow(users: readonly UserId[]): void;
  close(): void;
}

/** Makes summaries over messaging. A conversation that cannot be read stands there as empty. */
export function createContactSummaries(messaging: Messaging): ContactSummaries {
  const all = createLive<ReadonlyMap<UserId, Summary>>(new Map());
  const paths = new Map<UserId, Unsubscribe>();

  function update(user: UserId, change: Partial<Summary>): void {
    if (!paths.has(user)) return;
    all.set(new Map(all.value).set(user, { unread: 0, ...all.value.get(user), ...change }));
  }
  function setPath(user: UserId, path: Path | undefined): void {
    const { path: _, ...rest } = all.value.get(user) ?? { unread: 0 };
    if (paths.has(user)) all.set(new Map(all.value).set(user, path === undefined ? rest : { ...rest, path }));
  }
  async function read(user: UserId): Promise<void> {
    const [[last], unread] = await Promise.all([messaging.history(user, { limit: 1 }), messaging.unread(user)]);
    update(user, last === undefined ? { unread } : { unread, last });
  }
  async function count(user: UserId): Promise<void> {
    update(user, { unread: await messaging.unread(user) });
  }
  const forgive = (work: Promise<void>): void => void work.catch(() => {});

  const unsubscribe = messaging.onChange((change) => {
    switch (change.kind) {
      case "added":
        update(change.message.conversation, { last: change.message });
        return forgive(count(change.message.conversation));
      case "moved":
        return forgive(count(change.conversation));
      case "deleted":
        if (paths.has(change.conversation)) all.set(new Map(all.value).set(change.conversation, { unread: 0 }));
    }
  });

  return {
    all,
    follow(users) {
      const wanted = new Set(users);
      const kept = new Map([...all.value].filter(([user]) => wanted.has(user)));
      for (const [user, end] of paths) {
        if (wanted.has(user)) continue;
        end();
        paths.delete(user);
      }
      all.set(kept);
      for (const user of wanted) {
        if (paths.has(user)) continue;
        paths.set(user, () => {});
        paths.set(
          user,
          messaging.path(user).subscribe((path) => setPath(user, path)),
        );
        forgive(read(user));
      }
    },
    close() {
      unsubscribe();
      for (const end of paths.values()) end();
    },
  };
}
