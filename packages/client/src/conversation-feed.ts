import { createLive, type Live, type UserId } from "@skein/core";
import type { Message, Messaging } from "@skein/messaging";
import type { ConversationView, MessageView } from "./session.ts";

/** How many messages one step of history brings. */
const PAGE = 50;

/** Live views of conversations, filled when first asked for and kept up to date. */
export interface ConversationFeed {
  view(user: UserId): Live<ConversationView>;
  /** Adds older messages, if there are any. Rejects as `Messaging.history` does. */
  loadOlder(user: UserId): Promise<void>;
  /** Position of the newest message shown, for marking it read. */
  newest(user: UserId): number | undefined;
}

/** Makes the feed; it listens to messaging for as long as messaging lives. */
export function createConversationFeed(messaging: Messaging): ConversationFeed {
  const open = new Map<UserId, ReturnType<typeof openOne>>();

  function openOne(user: UserId) {
    let messages: readonly Message[] = [];
    let history: ConversationView["history"] = "loading";
    const live = createLive<ConversationView>({ messages: [], history });
    const show = (): void => live.set({ messages: messages.map(viewOfMessage), history });

    /** Merges by id: a change told while a page is read must not be lost or shown twice. */
    function merge(news: readonly Message[]): void {
      const byId = new Map(messages.map((message) => [message.id, message]));
      for (const message of news) byId.set(message.id, message);
      messages = [...byId.values()].sort((one, other) => one.position - other.position);
      show();
    }
    async function older(): Promise<void> {
      const first = messages[0];
      const page = await messaging.history(user, {
        limit: PAGE,
        ...(first === undefined ? {} : { before: first.position }),
      });
      history = page.length < PAGE ? "complete" : "more";
      merge(page);
    }
    return {
      live,
      merge,
      older,
      newest: () => messages.at(-1)?.position,
      moved: (news: readonly Message[]) =>
        merge(news.filter(({ id }) => messages.some((message) => message.id === id))),
      clear() {
        messages = [];
        history = "complete";
        show();
      },
    };
  }

  function conversation(user: UserId): ReturnType<typeof openOne> {
    const known = open.get(user);
    if (known !== undefined) return known;
    const fresh = openOne(user);
    open.set(user, fresh);
    fresh.older().catch(() => fresh.clear());
    return fresh;
  }

  messaging.onChange((change) => {
    if (change.kind === "added") open.get(change.message.conversation)?.merge([change.message]);
    else if (change.kind === "moved") open.get(change.conversation)?.moved(change.messages);
    else open.get(change.conversation)?.clear();
  });

  return {
    view: (user) => conversation(user).live,
    loadOlder: (user) => conversation(user).older(),
    newest: (user) => open.get(user)?.newest(),
  };
}

function viewOfMessage(message: Message): MessageView {
  const { id, body, sentAt, state } = message;
  return { id, mine: message.direction === "outgoing", body, sentAt, state };
}
