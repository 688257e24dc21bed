import { chatMessage, MAX_TEXT_LENGTH } from "@skein/wire";
import { describe, expect, test } from "vitest";
import { createChatWorld, never, type Person } from "../test/chat-world.ts";
import { MAX_OUTBOX } from "./defaults.ts";
import { createMemoryStore } from "./memory-store.ts";
import type { MessageStore } from "./store.ts";

async function pair() {
  const world = createChatWorld();
  const [alice, bob] = [await world.person("Alice"), await world.person("Bob")];
  return { ...world, alice, bob };
}

const namesOf = (person: Person): string[] => person.events.map(({ name }) => name);

describe("messaging", () => {
  test("[MS20] a message arrives, is acknowledged, read, and answered; both sides tell of every step", async () => {
    const { clock, alice, bob } = await pair();
    const sent = await alice.messaging.send(bob.user, "hello");
    expect(sent).toMatchObject({ body: "hello", direction: "outgoing", state: "queued", position: 1 });
    await clock.advance(25);
    expect(await alice.chat(bob)).toEqual(["> hello delivered"]);
    expect(await bob.chat(alice)).toEqual(["< hello delivered"]);
    expect(await bob.messaging.unread(alice.user)).toBe(1);
    await bob.messaging.markRead(alice.user, 1);
    await bob.messaging.send(alice.user, "hi");
    await clock.advance(25);
    expect(await alice.chat(bob)).toEqual(["> hello read", "< hi delivered"]);
    expect(await bob.chat(alice)).toEqual(["< hello read", "> hi delivered"]);
    expect(await bob.messaging.unread(alice.user)).toBe(0);
    expect(namesOf(alice)).toEqual([
      "message.queued",
      "message.sent",
      "message.delivered",
      "message.read",
      "message.received",
    ]);
    const told = alice.changes.map((change) =>
      change.kind === "moved" ? change.messages.map(({ state }) => state) : change.kind,
    );
    expect(told).toEqual(["added", ["sent"], ["delivered"], ["read"], "added"]);
  });

  test("[MS21] what cannot be sent is refused with a reason, and nothing is kept or sent", async () => {
    const { clock, alice, bob } = await pair();
    const long = "x".repeat(1_000_000);
    await expect(alice.messaging.send(bob.user, long)).rejects.toMatchObject({
      code: "too-long",
      message: expect.stringMatching(/1000000 characters.*16000/),
    });
    await expect(alice.messaging.send(bob.user, " \n\t")).rejects.toMatchObject({ code: "empty" });
    alice.relations.set(bob.user, "blocked");
    await expect(alice.messaging.send(bob.user, "a")).rejects.toMatchObject({ code: "blocked" });
    alice.relations.set(bob.user, "stranger");
    await expect(alice.messaging.send(bob.user, "a")).rejects.toMatchObject({ code: "not-a-contact" });
    alice.relations.set(bob.user, "contact");
    await alice.messaging.stop();
    await expect(alice.messaging.send(bob.user, "a")).rejects.toMatchObject({ code: "stopped" });
    await alice.messaging.start();
    await clock.settle();
    expect(await alice.chat(bob)).toEqual([]);
    expect(await bob.chat(alice)).toEqual([]);
  });

  test("[MS21] the longest message, in the characters that take most bytes, goes through whole", async () => {
    const { clock, alice, bob } = await pair();
    const long = "é水🪿".repeat(MAX_TEXT_LENGTH / 4);
    const wide = "水".repeat(MAX_TEXT_LENGTH);
    await alice.messaging.send(bob.user, long);
    await alice.messaging.send(bob.user, wide);
    await alice.messaging.send(bob.user, "lone \ud83e surrogate");
    await clock.advance(25);
    expect((await bob.history(alice)).map(({ body }) => body)).toEqual([long, wide, "lone \ufffd surrogate"]);
    expect((await alice.history(bob)).map(({ body }) => body)).toEqual([long, wide, "lone \ufffd surrogate"]);
  });

  test("[MS21] a full outbox refuses the next message until one arrived", async () => {
    const { clock, alice, bob } = await pair();
    await bob.network.stop();
    for (let index = 0; index < MAX_OUTBOX; index += 1) await alice.messaging.send(bob.user, `${index}`);
    await expect(alice.messaging.send(bob.user, "more")).rejects.toMatchObject({ code: "outbox-full" });
    await bob.network.start(never);
    await bob.publish();
    await clock.advance(120_000);
    expect((await bob.history(alice)).length).toBe(200);
    expect((await bob.history(alice)).at(-1)?.body).toBe(`${MAX_OUTBOX - 1}`);
    await alice.messaging.send(bob.user, "more");
  });

  test("[MS22] history is in the order of arrival, and no clock moves a message in it or shows it from the future", async () => {
    const { clock, alice, bob } = await pair();
    await bob.messaging.send(alice.user, "first");
    await clock.advance(25);
    const now = clock.now();
    const added = [now + 3_600_000, now - 3_600_000, 0].map((sentAt, index) => ({ sentAt, body: `${index}` }));
    const mallory = await bob.dial(alice.account.device, bob.introduction);
    for (const [index, { sentAt, body }] of added.entries()) {
      await mallory.channel.send(
        chatMessage.encode({ kind: "text", id: new Uint8Array(16).fill(index), sentAt, body }),
      );
    }
    await clock.settle();
    const messages = await alice.history(bob);
    expect(messages.map(({ body }) => body)).toEqual(["first", "0", "1", "2"]);
    expect(messages.slice(1).map(({ sentAt }) => sentAt)).toEqual([now, now - 3_600_000, 0]);
    expect(messages.slice(1).map(({ storedAt }) => storedAt)).toEqual([now, now, now]);
  });

  test("[MS23] a message to someone away waits, and goes when they turn up, in order", async () => {
    const { clock, alice, bob } = await pair();
    await bob.network.stop();
    for (const body of ["a", "b", "c"]) await alice.messaging.send(bob.user, body);
    await clock.advance(3_600_000);
    expect(await alice.chat(bob)).toEqual(["> a queued", "> b queued", "> c queued"]);
    await bob.network.start(never);
    await bob.publish();
    await clock.advance(2_100);
    expect(await alice.chat(bob)).toEqual(["> a delivered", "> b delivered", "> c delivered"]);
    expect((await bob.history(alice)).map(({ body }) => body)).toEqual(["a", "b", "c"]);
  });

  test("[MS23] the outbox outlives the process", async () => {
    const { clock, person, alice, bob } = await pair();
    await bob.network.stop();
    await alice.messaging.send(bob.user, "before");
    await alice.messaging.stop();
    await bob.network.start(never);
    const again = await person("Alice", { after: alice });
    await clock.advance(25);
    expect(await bob.chat(alice)).toEqual(["< before delivered"]);
    expect(await again.chat(bob)).toEqual(["> before delivered"]);
  });

  test("[MS23] someone the directory does not know is looked for ever more rarely", async () => {
    const { clock, alice, stranger } = await pair();
    const unknown = await stranger("Unknown");
    let lookups = 0;
    const { directory } = alice.network;
    const find: typeof directory.find = (user, signal) => {
      lookups += 1;
      return directory.find(user, signal);
    };
    await alice.messaging.switchNetwork({ ...alice.network, directory: { ...directory, find } });
    await alice.messaging.send(unknown.account.user, "are you there?");
    await clock.advance(10 * 3_600_000);
    // Ten hours at 7.5 to 15 minutes, after a few short waits at first.
    expect(lookups).toBeGreaterThan(40);
    expect(lookups).toBeLessThan(90);
  });

  test("[MS24] switching networks keeps conversations and outbox, and leaves the old network alone", async () => {
    const p2p = createChatWorld();
    const [alice, bob] = [await p2p.person("Alice"), await p2p.person("Bob")];
    await alice.messaging.send(bob.user, "over p2p");
    await p2p.clock.advance(25);
    const path = alice.messaging.path(bob.user);
    expect(path.value).toEqual({ kind: "direct" });

    await bob.network.stop();
    await alice.messaging.send(bob.user, "waits");
    await p2p.clock.advance(60_000);
    const central = p2p.beside("central");
    await alice.messaging.switchNetwork(await central(alice));
    expect(path.value).toBeUndefined();
    await bob.messaging.switchNetwork(await central(bob));
    await p2p.clock.advance(10_000);
    expect(await alice.chat(bob)).toEqual(["> over p2p delivered", "> waits delivered"]);
    expect(path.value).toEqual({ kind: "central", by: "memory" });
    expect(alice.network.status.value.kind).toBe("online");
    await bob.messaging.send(alice.user, "back");
    await p2p.clock.advance(25);
    expect(await alice.chat(bob)).toEqual(["> over p2p delivered", "> waits delivered", "< back delivered"]);

    await bob.messaging.switchNetwork(undefined);
    await p2p.clock.advance(25);
    expect(path.value).toBeUndefined();
    // Nobody listens in the old network any more, so another messaging may.
    expect(() => alice.network.listen("/skein/chat/1", () => {})()).not.toThrow();
  });

  test("[MS25] what cannot be kept is not acknowledged, and comes again", async () => {
    const world = createChatWorld();
    const kept = createMemoryStore();
    let faults = 1;
    const store: MessageStore = {
      ...kept,
      add(message) {
        if (message.direction === "outgoing" || faults === 0) return kept.add(message);
        faults -= 1;
        return Promise.reject(new Error("the disk is full"));
      },
    };
    const [alice, bob] = [await world.person("Alice"), await world.person("Bob", { store })];
    await alice.messaging.send(bob.user, "a");
    await alice.messaging.send(bob.user, "b");
    await world.clock.advance(25);
    expect(await alice.chat(bob)).toEqual(["> a sent", "> b sent"]);
    expect(bob.events.filter(({ name }) => name === "store.failed")).toEqual([
      { name: "store.failed", store: "messages", reason: "the disk is full" },
    ]);
    await world.clock.advance(2_100);
    expect(await alice.chat(bob)).toEqual(["> a delivered", "> b delivered"]);
    expect((await bob.history(alice)).map(({ body }) => body)).toEqual(["a", "b"]);
  });

  test("[MS25] our own message that cannot be kept is refused as storage, and not sent", async () => {
    const world = createChatWorld();
    const kept = createMemoryStore();
    const store: MessageStore = { ...kept, add: () => Promise.reject(new Error("the disk is full")) };
    const [alice, bob] = [await world.person("Alice", { store }), await world.person("Bob")];
    await expect(alice.messaging.send(bob.user, "a")).rejects.toMatchObject({
      code: "storage",
      cause: expect.objectContaining({ message: "the disk is full" }),
    });
    await world.clock.advance(10_000);
    expect(await bob.chat(alice)).toEqual([]);
  });

  test("[MS26] read receipts are withheld where the setting says so; delivered is told all the same", async () => {
    const { clock, alice, bob } = await pair();
    bob.settings.readReceipts = "withhold";
    await alice.messaging.send(bob.user, "a");
    await clock.advance(25);
    await bob.messaging.markRead(alice.user, 1);
    await clock.advance(25);
    expect(await bob.messaging.unread(alice.user)).toBe(0);
    expect(await alice.chat(bob)).toEqual(["> a delivered"]);
  });

  test("[MS26] what was read while its author was away is told when they are back, also after a new start", async () => {
    const { clock, person, alice, bob } = await pair();
    await alice.messaging.send(bob.user, "a");
    await clock.advance(25);
    await alice.network.stop();
    await bob.messaging.markRead(alice.user, 1);
    await bob.messaging.stop();
    await person("Bob", { after: bob });
    await alice.network.start(never);
    await alice.messaging.send(bob.user, "b");
    await clock.advance(10_000);
    expect(await alice.chat(bob)).toEqual(["> a read", "> b delivered"]);
  });

  test("[MS27] path follows the channel we send on, and is the same object at every call", async () => {
    const { clock, world, alice, bob } = await pair();
    const path = alice.messaging.path(bob.user);
    expect(path.value).toBeUndefined();
    alice.messaging.connect(bob.user);
    await clock.settle();
    expect(path.value).toEqual({ kind: "direct" });
    world.reroute(alice.network.self, bob.network.self, { kind: "relayed", by: bob.network.self });
    expect(path.value).toEqual({ kind: "relayed", by: bob.network.self });
    world.cut(alice.network.self, bob.network.self);
    await clock.settle();
    expect(path.value).toBeUndefined();
    expect(alice.messaging.path(bob.user)).toBe(path);
  });

  test("[MS28] when both dial at once, everything arrives once and in order on both sides", async () => {
    const world = createChatWorld({ delayMs: 40 });
    const [alice, bob] = [await world.person("Alice"), await world.person("Bob")];
    const bodies = Array.from({ length: 50 }, (_, index) => `${index}`);
    await Promise.all(
      bodies.flatMap((body) => [alice.messaging.send(bob.user, body), bob.messaging.send(alice.user, body)]),
    );
    await world.clock.advance(3_000);
    for (const [self, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const messages = await self.history(other);
      const of = (direction: string) => messages.filter((each) => each.direction === direction);
      expect(of("incoming").map(({ body }) => body)).toEqual(bodies);
      expect(of("outgoing").map(({ state }) => state)).toEqual(bodies.map(() => "delivered"));
    }
  });

  test("[MS28] a channel that breaks again and again loses, doubles and exchanges nothing", async () => {
    const world = createChatWorld({ delayMs: 15 });
    const [alice, bob] = [await world.person("Alice"), await world.person("Bob")];
    const bodies = Array.from({ length: 40 }, (_, index) => `${index}`);
    for (const [index, body] of bodies.entries()) {
      await alice.messaging.send(bob.user, body);
      await bob.messaging.send(alice.user, body);
      await world.clock.advance(7 * (index % 5));
      if (index % 3 === 0) world.world.cut(alice.network.self, bob.network.self);
    }
    await world.clock.advance(600_000);
    for (const [self, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const messages = await self.history(other);
      expect(messages.filter(({ direction }) => direction === "incoming").map(({ body }) => body)).toEqual(bodies);
      expect(new Set(messages.map(({ state }) => state))).toEqual(new Set(["delivered"]));
    }
  });

  test("[MS29] a deleted conversation is gone with its outbox, its channel closes, and it may begin anew", async () => {
    const { clock, alice, bob } = await pair();
    await alice.messaging.send(bob.user, "a");
    await clock.advance(25);
    await bob.messaging.deleteConversation(alice.user);
    await clock.settle();
    expect(await bob.chat(alice)).toEqual([]);
    expect(alice.messaging.path(bob.user).value).toBeUndefined();
    expect(bob.changes.at(-1)).toEqual({ kind: "deleted", conversation: alice.user });
    await alice.messaging.send(bob.user, "b");
    await clock.advance(10_000);
    expect(await bob.chat(alice)).toEqual(["< b delivered"]);
  });
});
