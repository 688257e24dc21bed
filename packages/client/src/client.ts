import { createCalls, type Media } from "@skein/calls";
import type { Clock, Mode, Random, Report, TrafficMeter, UserId } from "@skein/core";
import type { Account } from "@skein/identity";
import { createMessaging, type MessageStore } from "@skein/messaging";
import { createActions } from "./actions.ts";
import type { ClientParts } from "./client-parts.ts";
import { type KnownPerson, openContactBook } from "./contact-book.ts";
import { createContactSummaries } from "./contact-summaries.ts";
import { createConversationFeed } from "./conversation-feed.ts";
import { createDirectPolicy, type DirectPolicy } from "./direct-policy.ts";
import { type ClientNetwork, createLane } from "./lane.ts";
import { refused } from "./outcomes.ts";
import { createPresenceBoard } from "./presence-board.ts";
import { openProfile } from "./profile.ts";
import type { ProfileStore } from "./profile-store.ts";
import { createRequestList } from "./request-list.ts";
import { createSafetyCache } from "./safety-cache.ts";
import type { Session } from "./session.ts";
import { createSessionState } from "./session-state.ts";

/** How a client is set up. */
export interface ClientOptions {
  /** Address of the page, the base of contact links. */
  readonly page: string;
  /** Modes on offer; the first one is used until a person chooses. */
  readonly modes: readonly Mode[];
}

/** What a client is made of. */
export interface ClientDependencies {
  readonly account: Account;
  readonly store: ProfileStore;
  readonly messages: MessageStore;
  readonly media: Media;
  /** Makes the network of a mode. It asks `direct` before it shows an IP address to a device. */
  readonly networks: (mode: Mode, policy: { readonly direct: DirectPolicy }) => ClientNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
  /** What the networks count their traffic with. */
  readonly meter: TrafficMeter;
}

/** A running client. */
export interface Client {
  readonly session: Session;
  /** Changes the loudspeaker; rejects what the player rejects. */
  chooseSpeaker(device: string): Promise<void>;
  /** Ends calls and connections, says goodbye, closes the stores. Idempotent, never rejects. */
  close(): Promise<void>;
}

/**
 * Opens contacts and messages, starts the network and answers calls. Resolves before the network is up. Rejects when the
 * stores cannot be read; nothing has been started then.
 */
export async function createClient(options: ClientOptions, dependencies: ClientDependencies): Promise<Client> {
  const { modes, page } = options;
  const { clock, random, report, store, media, messages } = dependencies;
  const book = await openContactBook(store);
  const profile = await openProfile({ account: dependencies.account, modes }, store);
  const { account, preferences } = profile;
  const board = createPresenceBoard(clock);
  const direct = createDirectPolicy({ profile, book, board });
  const lane = createLane(preferences.value.mode, (mode) => dependencies.networks(mode, { direct }));
  const messaging = createMessaging({
    clock,
    random,
    report,
    store: messages,
    account: () => account,
    relation: book.relation,
    readReceipts: () => (preferences.value.settings.readReceipts ? "send" : "withhold"),
  });
  await messaging.start();

  const network = lane.network.value;
  const calls = createCalls({ network, account, clock, random, report, relation: book.relation, media });
  const unread = (error: unknown): void => report({ name: "store.failed", store: "messages", reason: String(error) });
  const feed = createConversationFeed(messaging);
  const summaries = createContactSummaries(messaging, unread);
  const requests = createRequestList(messaging, unread);
  const safety = createSafetyCache(account.user, clock);
  await requests.refresh();
  const parts: ClientParts = {
    profile,
    book,
    messaging,
    calls,
    lane,
    feed,
    requests,
    clock,
    modes,
    meter: dependencies.meter,
  };
  const state = createSessionState({ ...parts, board, summaries, safety, page });

  const unfollow = [
    book.people.subscribe((people) => {
      const contacts = contactsAmong(people);
      summaries.follow(contacts);
      safety.want(contacts);
      board.watch(lane.network.value.directory, contacts);
    }),
    lane.network.subscribe((present) => {
      calls.switchNetwork(present);
      // Rejects only when the store does; what waits is then sent after the next start.
      messaging.switchNetwork(present).catch(unread);
      board.watch(present.directory, contactsAmong(book.people.value));
    }),
  ];
  calls.start();
  lane.start();
  const act = createActions(parts);

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    for (const end of unfollow) end();
    calls.stop();
    for (const part of [feed, summaries, requests, safety, board, state]) part.close();
    await messaging.stop().catch(unread);
    await lane.stop().catch(() => {});
    messages.close();
    store.close();
  }
  return {
    session: {
      state: state.live,
      conversation: feed.view,
      act: async (command) => (closing === undefined ? await act(command) : refused("Skein was closed in this tab.")),
    },
    chooseSpeaker: (device) => calls.chooseSpeaker(device),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function contactsAmong(people: readonly KnownPerson[]): readonly UserId[] {
  return people.filter(({ relation }) => relation === "contact").map(({ user }) => user);
}
