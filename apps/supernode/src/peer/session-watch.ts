import type { ContactView, ConversationView, MessageView, Session, SessionState } from "@skein/client";
import type { UserId } from "@skein/core";
import type { PeerNews, Tell } from "./lines.ts";

/** Watches a session and tells each change once. Returns how to stop. */
export function watchSession(session: Session, tell: Tell): () => void {
  let before: SessionState | undefined;
  const conversations = new Map<UserId, () => void>();
  /** Those who are contacts from the start have a history that is no news. */
  function follow(user: UserId, history: "known" | "news"): void {
    if (conversations.has(user)) return;
    conversations.set(user, session.conversation(user).subscribe(messageTeller(user, history, tell)));
  }
  const unsubscribe = session.state.subscribe((state) => {
    for (const news of changesBetween(before, state)) tell(news);
    const history = before === undefined ? "known" : "news";
    before = state;
    const people = new Set(state.contacts.map(({ user }) => user));
    for (const user of people) follow(user, history);
    for (const [user, end] of [...conversations]) {
      if (people.has(user)) continue;
      end();
      conversations.delete(user);
    }
  });
  return () => {
    unsubscribe();
    for (const end of conversations.values()) end();
    conversations.clear();
  };
}

/** What two states differ in, apart from messages; everything when there is none before. */
function changesBetween(before: SessionState | undefined, after: SessionState): readonly PeerNews[] {
  const news: PeerNews[] = [];
  const { user, device, name, link } = after.me;
  if (before === undefined) news.push({ kind: "ready", user, device, name, link });
  if (before?.mode !== after.mode || !same(before.network, after.network))
    news.push({ kind: "network", mode: after.mode, network: after.network });
  news.push(...contactNews(before, after));
  const known = new Set(before?.requests.map((request) => request.user));
  for (const request of after.requests) if (!known.has(request.user)) news.push({ kind: "request", ...request });
  if (!same(before?.call, after.call) && (before !== undefined || after.call.kind !== "idle"))
    news.push({ kind: "call", call: after.call });
  return news;
}

function contactNews(before: SessionState | undefined, after: SessionState): readonly PeerNews[] {
  const known = new Map(before?.contacts.map((contact) => [contact.user, shown(contact)]));
  const people = new Set(after.contacts.map(({ user }) => user));
  const gone = [...known.keys()].filter((user) => !people.has(user));
  return [
    ...after.contacts.map(shown).filter((contact) => !same(known.get(contact.user), contact)),
    ...gone.map((user) => ({ kind: "contact-gone", user }) as const),
  ];
}

function shown({ user, name, presence, unread, verified, path }: ContactView): Extract<PeerNews, { kind: "contact" }> {
  return { kind: "contact", user, name, presence, unread, verified, ...(path === undefined ? {} : { path }) };
}

/** Tells the messages of one conversation: new ones, and new states of those told. */
function messageTeller(user: UserId, history: "known" | "news", tell: Tell): (view: ConversationView) => void {
  const states = new Map<string, MessageView["state"]>();
  let phase: "unread" | "read" = history === "known" ? "unread" : "read";
  return (view) => {
    if (view.history === "loading") return;
    for (const message of view.messages) {
      if (states.get(message.id) === message.state) continue;
      states.set(message.id, message.state);
      if (phase === "read") tell({ kind: "message", user, ...message });
    }
    phase = "read";
  };
}

/** Plain data that reads the same is the same. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
