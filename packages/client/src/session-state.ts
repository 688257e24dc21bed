import { createLive, type Live, type Mode } from "@skein/core";
import type { ClientParts, Profile } from "./client.ts";
import type { ContactSummaries } from "./contact-summaries.ts";
import type { RequestList } from "./request-list.ts";
import type { SafetyCache } from "./safety-cache.ts";
import type { SessionState } from "./session.ts";
import { callView, contactView, networkView } from "./session-views.ts";

/** The live state of a session. */
export interface LiveSessionState {
  readonly live: Live<SessionState>;
  /** Composes it anew: after a change of profile, which has no live value of its own. */
  refresh(): void;
}

/** What the state is composed of. */
export interface StateSources extends ClientParts {
  readonly profile: Profile;
  readonly summaries: ContactSummaries;
  readonly safety: SafetyCache;
  readonly requests: RequestList;
  readonly link: () => string;
  readonly modes: readonly Mode[];
}

/** Composes the state from its sources, once a turn however many of them changed. */
export function createSessionState(sources: StateSources): LiveSessionState {
  const live = createLive(compose(sources));
  let due = false;
  const refresh = (): void => {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      live.set(compose(sources));
    });
  };
  const { book, board, lane, calls, summaries, safety, requests } = sources;
  for (const source of [
    book.people,
    board.availability,
    lane.status,
    calls.state,
    summaries.all,
    safety.known,
    requests.all,
  ]) {
    (source as Live<unknown>).subscribe(refresh);
  }
  return { live, refresh };
}

function compose(sources: StateSources): SessionState {
  const { book, board, lane, calls, profile, summaries, safety, requests, link, modes } = sources;
  const contacts = book.people.value.filter(({ relation }) => relation === "contact");
  const blocked = book.people.value.filter(({ relation }) => relation === "blocked");
  const { user, device, card } = profile.account;
  return {
    mode: lane.network.value.mode,
    network: networkView(lane.status.value),
    me: { user, device, name: card.name, link: link() },
    contacts: contacts
      .map((person) =>
        contactView(person, {
          presence: board.availability.value.get(person.user) ?? "offline",
          summary: summaries.all.value.get(person.user) ?? { unread: 0 },
          safety: safety.known.value.get(person.user) ?? { number: "", words: "" },
        }),
      )
      .sort((one, other) => one.name.localeCompare(other.name) || (one.user < other.user ? -1 : 1)),
    requests: requests.all.value.map((request) => ({
      user: request.user,
      name: request.card.name,
      firstMessage: request.firstMessage,
      at: request.receivedAt,
    })),
    blocked: blocked.map((person) => ({ user: person.user, name: person.card.name })),
    call: callView(calls.state.value, (caller) => book.find(caller)?.card.name),
    settings: profile.preferences().settings,
    modes,
  };
}
