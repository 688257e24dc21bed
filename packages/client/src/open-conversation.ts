import { createLive, type Live, type UserId } from "@skein/core";
import type { Message, Messaging } from "@skein/messaging";
import type { ConversationView, MessageView } from "./session.ts";

/** How many messages one step of history brings. */
const PAGE = 50;

/** What is shown before the first page arrived. */
export const LOADING: ConversationView = { messages: [], history: "loading" };

/** A conversation somebody looks at: a growing window on its newest messages. */
export interface OpenConversation {
  readonly live: Live<ConversationView>;
  /** Reads the first page, later the one before; nothing at the beginning. Rejects what the store rejects. */
  older(): Promise<void>;
  added(message: Message): void;
  /** Takes news of messages; those before the window are left out. */
  moved(messages: readonly Message[]): void;
  /** The conversation was deleted. */
  clear(): void;
}

/** Makes the window, empty and `loading`. */
export function openConversation(user: UserId, messaging: Pick<Messaging, "history">): OpenConversation {
  const live = createLive<ConversationView>(LOADING);
  let shown: ReadonlyMap<string, Message> = new Map();
  let history: ConversationView["history"] = "loading";
  let reading: Promise<void> | undefined;
  /** Rises when the conversation is deleted: a page asked for before is not of this one. */
  let life = 0;

  /** By id: a change told while a page is read is neither lost nor shown twice. */
  function merge(messages: readonly Message[]): void {
    const byId = new Map(shown);
    for (const message of messages) byId.set(message.id, message);
    shown = new Map([...byId].sort(([, one], [, other]) => one.position - other.position));
    live.set({ messages: [...shown.values()].map(viewOf), history });
  }
  async function readPage(): Promise<void> {
    const asked = life;
    const [first] = shown.values();
    const before = history === "loading" || first === undefined ? {} : { before: first.position };
    try {
      const page = await messaging.history(user, { ...before, limit: PAGE });
      if (asked !== life) return;
      history = page.length < PAGE ? "complete" : "more";
      // What is shown has been told since: it is not older than the page.
      merge(page.filter(({ id }) => !shown.has(id)));
    } catch (error) {
      // There may be more: whoever asks again hears why not.
      if (asked === life && history === "loading") history = "more";
      merge([]);
      throw error;
    }
  }

  return {
    live,
    older() {
      if (history === "complete") return Promise.resolve();
      reading ??= readPage().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    added: (message) => merge([message]),
    moved: (messages) => merge(messages.filter(({ id }) => shown.has(id))),
    clear() {
      life += 1;
      shown = new Map();
      history = "complete";
      merge([]);
    },
  };
}

function viewOf({ id, body, sentAt, state, direction }: Message): MessageView {
  return { id, mine: direction === "outgoing", body, sentAt, state };
}
