import type { MediaRoute, Network, SkeinEvent } from "@skein/core";
import { type Account, createAccount } from "@skein/identity";
import {
  createHandClock,
  createMemoryWorld,
  createSeededRandom,
  type HandClock,
  type MemoryWorld,
} from "@skein/testkit";
import { type CallState, type Calls, createCalls, type Relation } from "../src/index.ts";
import { createFakeAir, type FakeConnection, type FakeMedia } from "../src/testing/index.ts";

/** One person with a device: everything a test may want to see or break. */
export interface Person {
  readonly account: Account;
  readonly network: Network;
  readonly calls: Calls;
  readonly media: FakeMedia;
  readonly events: SkeinEvent[];
  readonly state: CallState;
  /** The names of the events so far. */
  readonly told: readonly SkeinEvent["name"][];
  /** The connection of the latest call. */
  readonly connection: FakeConnection;
  route: MediaRoute;
  relation: Relation;
}

/** Two people in one world whose clock stands still. */
export interface People {
  readonly clock: HandClock;
  readonly world: MemoryWorld;
  readonly ann: Person;
  readonly ben: Person;
  /** A person more. */
  join(name: string): Promise<Person>;
}

/** How media travels unless a test says otherwise: relay while it rings, anything afterwards. */
export function routeOf(now: number): MediaRoute {
  return {
    iceServers: [{ urls: ["turn:192.0.2.7:3478"], username: "u", credential: "c" }],
    beforeAnswer: "relay",
    afterAnswer: "all",
    expiresAt: now + 3_600_000,
    why: "test",
    relays: ["relay-one"],
  };
}

/** Puts Ann and Ben, who know each other, online. */
export async function createPeople(seed = 7): Promise<People> {
  const clock = createHandClock();
  const random = createSeededRandom(seed);
  const world = createMemoryWorld({}, { clock, random });
  const air = createFakeAir(random);

  async function join(name: string): Promise<Person> {
    const account = createAccount({ name, deviceName: "test" }, { random, now: clock.now() });
    const joined = world.join(account.device);
    const network: Network = Object.assign(Object.create(joined) as Network, {
      mediaRoute: async (): Promise<MediaRoute> => person.route,
    });
    const events: SkeinEvent[] = [];
    const media = air.media();
    const calls = createCalls({
      network,
      account,
      clock,
      random,
      report: (event) => events.push(event),
      relation: () => person.relation,
      media,
    });
    const person: Person = {
      account,
      network,
      calls,
      media,
      events,
      get state() {
        return calls.state.value;
      },
      get told() {
        return events.map((event) => event.name);
      },
      get connection() {
        const connection = media.connections.at(-1);
        if (connection === undefined) throw new Error(`${name} has made no connection`);
        return connection;
      },
      route: routeOf(clock.now()),
      relation: "contact",
    };
    await network.start(AbortSignal.timeout(5_000));
    calls.start();
    return person;
  }

  return { clock, world, ann: await join("Ann"), ben: await join("Ben"), join };
}

/** Ann calls Ben's device; it rings there when this resolves. */
export async function ring({ ann, ben, clock }: People): Promise<void> {
  ann.calls.dial({ kind: "device", device: ben.account.device });
  await clock.settle();
}

/** Ann and Ben talk when this resolves. */
export async function talk(people: People): Promise<void> {
  await ring(people);
  people.ben.calls.answer();
  await people.clock.settle();
}
