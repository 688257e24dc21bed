import { createLive, type Live, type UserId } from "@skein/core";
import { cardLink } from "@skein/identity";
import type { ClientParts } from "./client-parts.ts";
import type { KnownPerson } from "./contact-book.ts";
import type { ContactSummaries } from "./contact-summaries.ts";
import type { PresenceBoard } from "./presence-board.ts";
import type { SafetyCache } from "./safety-cache.ts";
import type { ContactView, SessionState } from "./session.ts";
import { callView, contactView, networkView } from "./session-views.ts";

/** The live state of a session. */
export interface LiveSessionState {
  readonly live: Live<SessionState>;
  close(): void;
}

/** What the state is composed of. */
export interface StateSources extends ClientParts {
  readonly board: PresenceBoard;
  readonly summaries: ContactSummaries;
  readonly safety: SafetyCache;
  /** Address of the page, the base of contact links. */
  readonly page: string;
}

/** Composes the state from its sources, once a turn however many of them changed. */
export function createSessionState(sources: StateSources): LiveSessionState {
  const live = createLive(compose(sources));
  const lives = livesOf(sources);
  let turn: "idle" | "due" | "closed" = "closed";
  function refresh(): void {
    if (turn !== "idle") return;
    turn = "due";
    queueMicrotask(() => {
      if (turn !== "due") return;
      turn = "idle";
      live.set(compose(sources));
    });
  }
  const unsubscribe = lives.map((source) => source.subscribe(refresh));
  turn = "idle";
  return {
    live,
    close() {
      turn = "closed";
      for (const end of unsubscribe) end();
    },
  };
}

function livesOf({ profile, book, board, lane, calls, summaries, safety, requests }: StateSources): Live<unknown>[] {
  return [
    profile.card,
    profile.preferences,
    book.people,
    board.availability,
    lane.network,
    lane.status,
    calls.state,
    summaries.all,
    safety.known,
    requests.all,
  ] as Live<unknown>[];
}

function compose(sources: StateSources): SessionState {
  const { book, lane, calls, profile, requests, page, modes } = sources;
  const { user, device } = profile.account;
  const card = profile.card.value;
  const people = (relation: KnownPerson["relation"]): readonly KnownPerson[] =>
    book.people.value.filter((person) => person.relation === relation);
  return {
    mode: lane.network.value.mode,
    network: networkView(lane.status.value),
    me: { user, device, name: card.name, link: cardLink(page, card) },
    contacts: people("contact")
      .map((person) => contactOf(person, sources))
      .sort(byName),
    requests: requests.all.value.map((request) => ({
      user: request.user,
      name: request.card.name,
      firstMessage: request.firstMessage,
      at: request.receivedAt,
    })),
    blocked: people("blocked").map((person) => ({ user: person.user, name: person.card.name })),
    call: callView(calls.state.value, (caller) => book.find(caller)?.card.name),
    settings: profile.preferences.value.settings,
    modes,
  };
}

function contactOf(person: KnownPerson, { board, summaries, safety }: StateSources): ContactView {
  return contactView(person, {
    presence: board.availability.value.get(person.user) ?? "offline",
    summary: summaries.all.value.get(person.user) ?? { unread: 0 },
    safety: safety.known.value.get(person.user) ?? { number: "", words: "" },
  });
}

function byName(one: { name: string; user: UserId }, other: { name: string; user: UserId }): number {
  return one.name.localeCompare(other.name) || (one.user < other.user ? -1 : 1);
}
