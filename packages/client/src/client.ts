import { type Calls, createCalls, type Media } from "@skein/calls";
import type { Clock, DeviceId, Mode, Random, Report } from "@skein/core";
import { type Account, accountSecrets, cardLink, openAccount } from "@skein/identity";
import { createMessaging, type MessageStore, type Messaging } from "@skein/messaging";
import { createActions } from "./actions.ts";
import { type ContactBook, openContactBook } from "./contact-book.ts";
import { createContactSummaries } from "./contact-summaries.ts";
import { createConversationFeed } from "./conversation-feed.ts";
import { type ClientNetwork, createLane, type Lane } from "./lane.ts";
import { createPresenceBoard, type PresenceBoard } from "./presence-board.ts";
import type { Preferences, ProfileStore } from "./profile-store.ts";
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
  /** Makes the network of a mode. It asks `direct` before it shows an IP address to a device, and `account` for its keys. */
  readonly networks: (mode: Mode, policy: { readonly direct: (device: DeviceId) => "allow" | "deny" }) => ClientNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly report: Report;
}

/** A running client. */
export interface Client {
  readonly session: Session;
  /** Changes the loudspeaker; rejects what the player rejects. */
  chooseSpeaker(device: string): Promise<void>;
  /** Ends calls and connections, says goodbye, closes the stores. Idempotent, never rejects. */
  close(): Promise<void>;
}

/** The parts of a client, as its commands see them. */
export interface ClientParts {
  readonly book: ContactBook;
  readonly messaging: Messaging;
  readonly calls: Calls;
  readonly lane: Lane;
  readonly board: PresenceBoard;
}

/** What a person chose when they have not chosen anything yet. */
function firstPreferences(modes: readonly Mode[]): Preferences {
  return { settings: { direct: "contacts", readReceipts: true }, mode: modes[0] ?? "p2p" };
}

/** Opens contacts and messages, starts the network and answers calls. Resolves before the network is up. Rejects when the stores cannot be read. */
export async function createClient(options: ClientOptions, dependencies: ClientDependencies): Promise<Client> {
  const { clock, random, report, store, media } = dependencies;
  const book = await openContactBook(store);
  const kept = (await store.loadPreferences()) ?? firstPreferences(options.modes);
  const preferences = options.modes.includes(kept.mode)
    ? kept
    : { ...kept, mode: firstPreferences(options.modes).mode };
  const profile = createProfile(dependencies.account, preferences, store);
  const board = createPresenceBoard(clock);

  const direct = (device: DeviceId): "allow" | "deny" => {
    const user = board.userOf(device);
    const choice = profile.preferences().settings.direct;
    if (choice === "always") return "allow";
    return choice === "contacts" && user !== undefined && book.relation(user) === "contact" ? "allow" : "deny";
  };
  const lane = createLane(preferences.mode, (mode) => dependencies.networks(mode, { direct }));
  const messaging = createMessaging({
    clock,
    random,
    report,
    store: dependencies.messages,
    account: () => profile.account,
    relation: book.relation,
    readReceipts: () => (profile.preferences().settings.readReceipts ? "send" : "withhold"),
  });
  const network = lane.network.value;
  const calls = createCalls({
    network,
    account: profile.account,
    clock,
    random,
    report,
    relation: book.relation,
    media,
  });
  const parts: ClientParts = { book, messaging, calls, lane, board };

  const feed = createConversationFeed(messaging);
  const summaries = createContactSummaries(messaging);
  const safety = createSafetyCache(dependencies.account.user, clock);
  await messaging.start();
  const requests = await createRequestList(messaging);
  const link = (): string => cardLink(options.page, profile.account.card);
  const state = createSessionState({ ...parts, profile, summaries, safety, requests, link, modes: options.modes });
  const unfollow = [
    book.people.subscribe((people) => {
      const contacts = people.filter(({ relation }) => relation === "contact").map(({ user }) => user);
      summaries.follow(contacts);
      safety.want(contacts);
      board.watch(lane.network.value.directory, contacts);
    }),
    lane.network.subscribe((present) => {
      calls.switchNetwork(present);
      messaging.switchNetwork(present).catch(() => {});
      board.watch(present.directory, contactsOf(book));
    }),
  ];
  calls.start();
  lane.start();
  const actions = createActions({ ...parts, profile, feed, requests, clock, state });

  let closing: Promise<void> | undefined;
  async function close(): Promise<void> {
    for (const end of unfollow) end();
    calls.stop();
    summaries.close();
    board.close();
    await messaging.stop().catch(() => {});
    await lane.stop().catch(() => {});
    dependencies.messages.close();
    store.close();
  }
  return {
    session: { state: state.live, conversation: feed.view, act: actions },
    chooseSpeaker: (device) => calls.chooseSpeaker(device),
    close() {
      closing ??= close();
      return closing;
    },
  };
}

function contactsOf(book: ContactBook): readonly Account["user"][] {
  return book.people.value.filter(({ relation }) => relation === "contact").map(({ user }) => user);
}

/** Who we are and what we chose: kept first, then used. */
export interface Profile {
  /** The account; its card changes with the name. */
  readonly account: Account;
  rename(name: string): Promise<void>;
  preferences(): Preferences;
  choose(change: Partial<Preferences>): Promise<void>;
}

function createProfile(first: Account, preferences: Preferences, store: ProfileStore): Profile {
  let present = first;
  let chosen = preferences;
  const account: Account = {
    ...first,
    get card() {
      return present.card;
    },
  };
  return {
    account,
    async rename(name) {
      const renamed = openAccount({ ...accountSecrets(present), name });
      await store.saveAccount(accountSecrets(renamed));
      present = renamed;
    },
    preferences: () => chosen,
    async choose(change) {
      const next = { ...chosen, ...change };
      await store.savePreferences(next);
      chosen = next;
    },
  };
}
