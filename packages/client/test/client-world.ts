import {
  type Availability,
  createTrafficMeter,
  type Mode,
  type Network,
  type SkeinEvent,
  type UserId,
} from "@skein/core";
import { type Account, accountSecrets, createAccount, openAccount, signPresence } from "@skein/identity";
import { createMemoryStore, type MessageStore } from "@skein/messaging";
import {
  createHandClock,
  createMemoryWorld,
  createSeededRandom,
  type HandClock,
  type MemoryWorld,
  type SeededRandom,
} from "@skein/testkit";
import { expect } from "vitest";
import {
  type Client,
  type ClientNetwork,
  type Command,
  type ContactView,
  createClient,
  createMemoryProfileStore,
  type MessageView,
  type Outcome,
  type ProfileStore,
  type Session,
} from "../src/index.ts";
import { createFakeMedia, type FakeMedia } from "./fake-media.ts";

const never = new AbortController().signal;

/** What a person's client may be made with; the rest is made fresh. */
export interface PersonOptions {
  readonly modes?: readonly Mode[];
  readonly account?: Account;
  readonly store?: ProfileStore;
  readonly messages?: MessageStore;
}

/** Someone with a running client. */
export interface Person {
  readonly client: Client;
  readonly session: Session;
  readonly user: UserId;
  readonly account: Account;
  readonly store: ProfileStore;
  readonly messages: MessageStore;
  readonly media: FakeMedia;
  readonly events: SkeinEvent[];
  /** Networks made so far, by mode. */
  readonly networks: ReadonlyMap<Mode, ClientNetwork>;
  /** What this client lets another's device see. */
  direct(other: Person): "allow" | "deny";
  /** Carries out a command and expects it to succeed. */
  does(command: Command): Promise<Outcome>;
  /** Carries out a command, expects a refusal, and gives its sentence. */
  isRefused(command: Command): Promise<string>;
  /** How this person sees another who is a contact. */
  contact(other: Person): ContactView | undefined;
  /** What a kept conversation holds, each message as `> body state` (mine) or `< body state`. */
  chat(other: Person): Promise<string[]>;
  /** Closes the client and opens another with what was kept. */
  reopen(options?: PersonOptions): Promise<Person>;
}

/** Two networks in memory, one a mode, with people on them. */
export interface ClientWorld {
  readonly clock: HandClock;
  readonly random: SeededRandom;
  readonly worlds: Readonly<Record<Mode, MemoryWorld>>;
  person(name: string, options?: PersonOptions): Promise<Person>;
  /** Two people who added each other, all settled. */
  friends(): Promise<{ readonly alice: Person; readonly bob: Person }>;
  /** Lets everything happen that is under way, receipts included. */
  settle(): Promise<void>;
}

/** Makes a world without people. */
export function createClientWorld(): ClientWorld {
  const clock = createHandClock();
  const random = createSeededRandom(11);
  const worlds = {
    p2p: createMemoryWorld({ mode: "p2p" }, { clock, random }),
    central: createMemoryWorld({ mode: "central" }, { clock, random }),
  };
  const sequences = new Map<string, number>();

  /** What p2p and central networks add to the port: they publish our presence by themselves. */
  function withPresence(network: Network, account: Account): ClientNetwork {
    let availability: Availability = "online";
    const publish = (): void => {
      if (network.status.value.kind !== "online") return;
      const sequence = (sequences.get(account.device) ?? 0) + 1;
      sequences.set(account.device, sequence);
      const { certificate, deviceKey } = account;
      const statement = { certificate, sequence, issuedAt: clock.now(), availability, via: [] };
      void network.directory.publish(signPresence(statement, deviceKey), never);
    };
    network.status.subscribe(publish);
    return {
      ...network,
      setAvailability(next) {
        availability = next;
        publish();
      },
    };
  }

  async function person(name: string, options: PersonOptions = {}): Promise<Person> {
    const { modes = ["p2p", "central"], store = createMemoryProfileStore() } = options;
    // Outlives the client, as a disk does.
    const messages = options.messages ?? { ...createMemoryStore(), close() {} };
    const account = options.account ?? createAccount({ name, deviceName: "test" }, { random, now: clock.now() });
    const media = createFakeMedia(random);
    const events: SkeinEvent[] = [];
    const networks = new Map<Mode, ClientNetwork>();
    let direct: ((device: Account["device"]) => "allow" | "deny") | undefined;
    const client = await createClient(
      { page: "https://skein.test/", modes },
      {
        account,
        store,
        messages,
        media,
        networks(mode, policy) {
          direct = policy.direct;
          const network = withPresence(worlds[mode].join(account.device), account);
          networks.set(mode, network);
          return network;
        },
        clock,
        random,
        report: (event) => void events.push(event),
        meter: createTrafficMeter(clock),
      },
    );
    const { session } = client;
    const { user } = account;
    return {
      client,
      session,
      user,
      account,
      store,
      messages,
      media,
      events,
      networks,
      direct: (other) => direct?.(other.account.device) ?? "deny",
      async does(command) {
        const outcome = await session.act(command);
        expect(outcome).toMatchObject({ ok: true });
        return outcome;
      },
      async isRefused(command) {
        const outcome = await session.act(command);
        if (outcome.ok) throw new Error(`${command.kind} was not refused`);
        return outcome.sentence;
      },
      contact: (other) => session.state.value.contacts.find((contact) => contact.user === other.user),
      async chat(other) {
        const kept = await messages.page(other.user, undefined, 200);
        return kept.map(({ direction, body, state }) => `${direction === "outgoing" ? ">" : "<"} ${body} ${state}`);
      },
      async reopen(next = {}) {
        const secrets = (await store.loadAccount()) ?? accountSecrets(account);
        await client.close();
        return await person(name, { modes, store, messages, account: openAccount(secrets), ...next });
      },
    };
  }

  async function settle(): Promise<void> {
    await clock.advance(100);
  }

  return {
    clock,
    random,
    worlds,
    person,
    settle,
    async friends() {
      const [alice, bob] = [await person("Alice"), await person("Bob")];
      await settle();
      await alice.does({ kind: "add-contact", link: bob.session.state.value.me.link });
      await bob.does({ kind: "add-contact", link: alice.session.state.value.me.link });
      await settle();
      return { alice, bob };
    },
  };
}

/** Messages as a page shows them, each as `> body state` (mine) or `< body state`. */
export function lines(messages: readonly MessageView[]): string[] {
  return messages.map(({ mine, body, state }) => `${mine ? ">" : "<"} ${body} ${state}`);
}
