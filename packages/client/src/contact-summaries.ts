import { createLive, type Live, type Path, type Unsubscribe, type UserId } from "@skein/core";
import type { Message, Messaging } from "@skein/messaging";
import { createReread } from "./reread.ts";

/** What a list of contacts shows of each conversation. */
export interface Summary {
  readonly unread: number;
  readonly last?: Pick<Message, "body" | "sentAt" | "direction">;
  readonly path?: Path;
}

/** Summaries of the conversations one asked for, as the store has them. */
export interface ContactSummaries {
  readonly all: Live<ReadonlyMap<UserId, Summary>>;
  /** Keeps summaries of these people from now on, and only these. */
  follow(users: readonly UserId[]): void;
  close(): void;
}

interface Followed {
  read(): void;
  end(): void;
}

/** Makes summaries over messaging. `failed` hears what could not be read; that summary stays as it was. */
export function createContactSummaries(messaging: Messaging, failed: (error: unknown) => void): ContactSummaries {
  const all = createLive<ReadonlyMap<UserId, Summary>>(new Map());
  const followed = new Map<UserId, Followed>();

  function followOne(user: UserId): Followed {
    let talk: Omit<Summary, "path"> = { unread: 0 };
    let path: Path | undefined;
    const show = (): void => {
      all.set(new Map(all.value).set(user, path === undefined ? talk : { ...talk, path }));
    };
    const isFollowed = (): boolean => followed.get(user) === self;
    const read = createReread(async () => {
      const [[last], unread] = await Promise.all([messaging.history(user, { limit: 1 }), messaging.unread(user)]);
      talk = last === undefined ? { unread } : { unread, last };
      if (isFollowed()) show();
    }, failed);
    const unsubscribe = messaging.path(user).subscribe((next) => {
      path = next;
      show();
    });
    const self: Followed = { read: () => void read(), end: unsubscribe };
    return self;
  }

  const unlisten = messaging.onChange((change) => {
    followed.get(change.kind === "added" ? change.message.conversation : change.conversation)?.read();
  });
  const unfollow = (user: UserId, { end }: { end: Unsubscribe }): void => {
    end();
    followed.delete(user);
  };

  return {
    all,
    follow(users) {
      const wanted = new Set(users);
      for (const [user, one] of followed) if (!wanted.has(user)) unfollow(user, one);
      all.set(new Map([...all.value].filter(([user]) => wanted.has(user))));
      for (const user of wanted) {
        if (followed.has(user)) continue;
        const one = followOne(user);
        followed.set(user, one);
        one.read();
      }
    },
    close() {
      unlisten();
      for (const [user, one] of followed) unfollow(user, one);
    },
  };
}
