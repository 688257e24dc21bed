import type { Channel, DeviceId, Mode, Network, SkeinEvent, UserId } from "@skein/core";
import { type Account, createAccount, introduce, signPresence } from "@skein/identity";
import {
  createHandClock,
  createMemoryWorld,
  createSeededRandom,
  type HandClock,
  type MemoryWorld,
  type Reader,
  readChannel,
} from "@skein/testkit";
import { CHAT_PROTOCOL } from "@skein/wire";
import { createMemoryStore } from "../src/memory-store.ts";
import type { Message } from "../src/message.ts";
import { createMessaging, type MessageRequest, type Messaging } from "../src/messaging.ts";
import type { MessagingChange, Relation } from "../src/records.ts";
import type { MessageStore } from "../src/store.ts";

export const never: AbortSignal = new AbortController().signal;

/** Someone with an account and a network, who may speak the protocol wrongly. */
export interface Stranger {
  readonly account: Account;
  readonly network: Network;
  /** Makes their device findable. */
  publish(): Promise<void>;
  /** Opens a chat channel to a device and sends these messages. */
  dial(device: DeviceId, ...messages: Uint8Array[]): Promise<{ readonly channel: Channel; readonly reader: Reader }>;
  /** Their introduction. */
  readonly introduction: Uint8Array;
}

/** Someone who uses messaging. Everyone is a contact until `relations` says otherwise. */
export interface Person extends Stranger {
  readonly user: UserId;
  readonly messaging: Messaging;
  readonly store: MessageStore;
  readonly relations: Map<UserId, Relation>;
  /** May be changed at any time. */
  readonly settings: { readReceipts: "send" | "withhold" };
  readonly events: SkeinEvent[];
  readonly changes: MessagingChange[];
  readonly requests: MessageRequest[];
  /** The conversation with someone, each message as `> body state` (ours) or `< body state`. */
  chat(other: Stranger): Promise<string[]>;
  history(other: Stranger): Promise<readonly Message[]>;
}

/** A memory world with people who chat. */
export interface ChatWorld {
  readonly clock: HandClock;
  readonly world: MemoryWorld;
  /**
   * A person whose messaging runs over a started network; findable. `store` replaces theirs. `after` is the same person
   * before, whose messaging was stopped: account, network and store stay.
   */
  person(name: string, over?: { readonly store?: MessageStore; readonly after?: Person }): Promise<Person>;
  stranger(name: string): Promise<Stranger>;
  /** Another world beside this one: gives people a started network there, findable. */
  beside(mode: Mode): (person: Stranger) => Promise<Network>;
}

/** Makes an empty world. */
export function createChatWorld(options: { readonly mode?: Mode; readonly delayMs?: number } = {}): ChatWorld {
  const clock = createHandClock();
  const random = createSeededRandom(7);
  const world = createMemoryWorld(options, { clock, random });

  async function publish(account: Account, network: Network, sequence: number): Promise<void> {
    const { certificate, deviceKey } = account;
    const statement = { certificate, sequence, issuedAt: clock.now(), availability: "online", via: [] } as const;
    await network.directory.publish(signPresence(statement, deviceKey), never);
  }

  async function stranger(name: string): Promise<Stranger> {
    const account = createAccount({ name, deviceName: "test" }, { random, now: clock.now() });
    const network = world.join(account.device);
    await network.start(never);
    let sequence = 0;
    return {
      account,
      network,
      introduction: introduce({ certificate: account.certificate, card: account.card.bytes }),
      async publish() {
        sequence += 1;
        await publish(account, network, sequence);
      },
      async dial(device, ...messages) {
        const channel = await network.dial(device, CHAT_PROTOCOL, never);
        // Whoever listens may close at once; that is for the test to see.
        for (const message of messages) await channel.send(message).catch(() => {});
        return { channel, reader: readChannel(channel) };
      },
    };
  }

  return {
    clock,
    world,
    stranger,
    beside(mode) {
      const other = createMemoryWorld({ mode }, { clock, random });
      return async ({ account }) => {
        const network = other.join(account.device);
        await network.start(never);
        await publish(account, network, 1);
        return network;
      };
    },
    async person(name, over = {}) {
      const self = over.after ?? (await stranger(name));
      const store = over.store ?? over.after?.store ?? createMemoryStore();
      const events: SkeinEvent[] = [];
      const changes: MessagingChange[] = [];
      const requests: MessageRequest[] = [];
      const relations = new Map<UserId, Relation>();
      const settings: Person["settings"] = { readReceipts: "send" };
      const messaging = createMessaging({
        clock,
        random,
        report: (event) => void events.push(event),
        store,
        account: () => self.account,
        relation: (user) => relations.get(user) ?? "contact",
        readReceipts: () => settings.readReceipts,
      });
      messaging.onChange((change) => void changes.push(change));
      messaging.onRequest((request) => void requests.push(request));
      await messaging.switchNetwork(self.network);
      await messaging.start();
      await self.publish();
      const history = (other: Stranger) => messaging.history(other.account.user, { limit: 200 });
      return {
        ...self,
        user: self.account.user,
        messaging,
        store,
        relations,
        settings,
        events,
        changes,
        requests,
        history,
        async chat(other) {
          const messages = await history(other);
          return messages.map(
            ({ direction, body, state }) => `${direction === "outgoing" ? ">" : "<"} ${body} ${state}`,
          );
        },
      };
    },
  };
}

/** Messages of peers that broke the protocol, as reported: why. */
export function badMessages(person: Person): string[] {
  return person.events.flatMap((event) => (event.name === "peer.bad-message" ? [event.reason] : []));
}
