import type { Command, ConversationView, MessageView, Outcome, Session, SessionState } from "@skein/client";
import { createLive, type LiveSource, type UserId, userIdFromKey } from "@skein/core";

/** A person for tests: every byte of their key is `byte`. */
export function userOf(byte: number): UserId {
  return userIdFromKey(new Uint8Array(32).fill(byte));
}

/** A session that shows what a test sets and keeps what it is asked. */
export interface FakeSession extends Session {
  readonly state: LiveSource<SessionState>;
  readonly asked: readonly Command[];
  change(change: Partial<SessionState>): void;
  /** Puts messages into a conversation. */
  messages(user: UserId, ...messages: readonly MessageView[]): void;
}

/** Begins offline, alone. */
export function createFakeSession(start: Partial<SessionState> = {}): FakeSession {
  const conversations = new Map<UserId, LiveSource<ConversationView>>();
  const asked: Command[] = [];
  const conversation = (user: UserId): LiveSource<ConversationView> => {
    const known = conversations.get(user) ?? createLive<ConversationView>({ messages: [], history: "loading" });
    conversations.set(user, known);
    return known;
  };
  const me = userOf(9);
  const state = createLive<SessionState>({
    mode: "p2p",
    network: { kind: "stopped" },
    me: { user: me, device: me as unknown as SessionState["me"]["device"], name: "Me", link: "http://page/#/add/me" },
    contacts: [],
    requests: [],
    blocked: [],
    call: { kind: "idle" },
    settings: { direct: "contacts", readReceipts: true },
    modes: ["p2p", "central"],
    ...start,
  });
  return {
    state,
    asked,
    conversation,
    async act(command): Promise<Outcome> {
      asked.push(command);
      return { ok: true };
    },
    change: (change) => state.set({ ...state.value, ...change }),
    messages: (user, ...messages) => conversation(user).set({ messages, history: "complete" }),
  };
}

/** A contact as a session shows one. */
export function contactOf(user: UserId, name: string): SessionState["contacts"][number] {
  return { user, name, presence: "online", unread: 0, verified: false, safetyNumber: "", safetyWords: "" };
}

/** A message as a conversation shows one. */
export function messageView(id: string, body: string, state: MessageView["state"], mine = false): MessageView {
  return { id, body, state, mine, sentAt: 1 };
}
