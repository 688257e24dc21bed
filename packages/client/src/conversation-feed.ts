import type { Live, UserId } from "@skein/core";
import type { Messaging } from "@skein/messaging";
import { LOADING, type OpenConversation, openConversation } from "./open-conversation.ts";
import type { ConversationView } from "./session.ts";

/** Live views of conversations. One is read when somebody subscribes, and forgotten when nobody does any more. */
export interface ConversationFeed {
  view(user: UserId): Live<ConversationView>;
  /** Adds older messages to a conversation somebody looks at, if there are any. Rejects as `Messaging.history` does. */
  loadOlder(user: UserId): Promise<void>;
  close(): void;
}

interface Looked {
  readonly conversation: OpenConversation;
  readonly readers: Set<object>;
}

/** Makes the feed; it listens to messaging until closed. */
export function createConversationFeed(messaging: Pick<Messaging, "history" | "onChange">): ConversationFeed {
  const open = new Map<UserId, Looked>();

  function enter(user: UserId): Looked {
    const known = open.get(user);
    if (known !== undefined) return known;
    const fresh = { conversation: openConversation(user, messaging), readers: new Set<object>() };
    open.set(user, fresh);
    // Shown as `more`: asking for it says why it failed.
    fresh.conversation.older().catch(() => {});
    return fresh;
  }
  function leave(user: UserId, looked: Looked): void {
    // Later: a page that draws anew leaves and comes back within a turn.
    queueMicrotask(() => {
      if (looked.readers.size === 0 && open.get(user) === looked) open.delete(user);
    });
  }

  const close = messaging.onChange((change) => {
    const user = change.kind === "added" ? change.message.conversation : change.conversation;
    const conversation = open.get(user)?.conversation;
    if (change.kind === "added") conversation?.added(change.message);
    else if (change.kind === "moved") conversation?.moved(change.messages);
    else conversation?.clear();
  });

  return {
    view: (user) => ({
      get value() {
        return open.get(user)?.conversation.live.value ?? LOADING;
      },
      subscribe(listener) {
        const reader = {};
        const looked = enter(user);
        looked.readers.add(reader);
        const unsubscribe = looked.conversation.live.subscribe(listener);
        return () => {
          unsubscribe();
          if (looked.readers.delete(reader)) leave(user, looked);
        };
      },
    }),
    async loadOlder(user) {
      await open.get(user)?.conversation.older();
    },
    close,
  };
}
