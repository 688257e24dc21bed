import { issueCertificate } from "@skein/identity";
import { CHAT_PROTOCOL, chatMessage, introduction } from "@skein/wire";
import { describe, expect, test } from "vitest";
import { badMessages, createChatWorld, type Person, type Stranger } from "../test/chat-world.ts";
import { INTRODUCTION_TIMEOUT_MS, MAX_REQUEST_MESSAGES, MAX_REQUESTS, MAX_UNINTRODUCED } from "./defaults.ts";
import { createMemoryStore } from "./memory-store.ts";
import type { MessageStore } from "./store.ts";

let texts = 0;
function text(body: string): Uint8Array {
  texts += 1;
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(0, texts);
  return chatMessage.encode({ kind: "text", id, sentAt: 0, body });
}

async function pair() {
  const world = createChatWorld();
  const [alice, bob] = [await world.person("Alice"), await world.person("Bob")];
  return { ...world, alice, bob };
}

/** Opens a channel to Alice with these messages, and says how it ended, what came back and what Alice reported. */
async function attack(alice: Person, mallory: Stranger, clock: { settle(): Promise<void> }, ...messages: Uint8Array[]) {
  const { channel, reader } = await mallory.dial(alice.account.device, ...messages);
  await clock.settle();
  // Ends the reading where Alice did not end the channel herself.
  void channel.close("done");
  const answers = await reader.rest();
  return { answers: answers.length, closed: await channel.closed, reported: badMessages(alice) };
}

describe("introductions", () => {
  test("[MS16] who dials speaks first; who listens answers only an introduction it admits", async () => {
    const { clock, alice, bob } = await pair();
    expect(await attack(alice, bob, clock)).toMatchObject({ answers: 0, reported: [] });
    expect(await attack(alice, bob, clock, bob.introduction)).toMatchObject({ answers: 1, closed: "done" });
    alice.relations.set(bob.user, "blocked");
    const blocked = await bob.dial(alice.account.device, bob.introduction, text("let me in"));
    await clock.settle();
    expect(await blocked.channel.closed).toBe("done");
    expect(await blocked.reader.rest()).toEqual([]);
    expect(await alice.chat(bob)).toEqual([]);
    expect(badMessages(alice)).toEqual([]);
  });

  test("[MS16] someone blocked while a channel is open gets no further receipt", async () => {
    const { clock, alice, bob } = await pair();
    await bob.messaging.send(alice.user, "a");
    await clock.advance(25);
    alice.relations.set(bob.user, "blocked");
    await bob.messaging.send(alice.user, "b");
    await clock.advance(100);
    expect(await bob.chat(alice)).toEqual(["> a delivered", "> b sent"]);
    expect(await alice.chat(bob)).toEqual(["< a delivered"]);
    expect(bob.messaging.path(alice.user).value).toBeUndefined();
  });

  test("[MS16] the receipts of someone blocked count no more, and end the channel", async () => {
    const { clock, alice, bob } = await pair();
    await alice.messaging.send(bob.user, "a");
    await clock.advance(25);
    alice.relations.set(bob.user, "blocked");
    await bob.messaging.markRead(alice.user, 1);
    await clock.settle();
    expect(await alice.chat(bob)).toEqual(["> a delivered"]);
    expect(alice.messaging.path(bob.user).value).toBeUndefined();
  });

  test("[MS16] another device of our own user is not talked to", async () => {
    const { clock, alice, stranger } = await pair();
    const twin = await stranger("Alice, elsewhere");
    const subject = { device: twin.account.deviceKey.publicKey, name: "x", issuedAt: clock.now(), listVersion: 2 };
    const certificate = issueCertificate(subject, alice.account.userKey);
    const first = introduction.encode({ certificate, card: alice.account.card.bytes });
    expect(await attack(alice, twin, clock, first)).toEqual({ answers: 0, closed: "done", reported: [] });
  });

  test("[MS17] a certificate for another device, a stranger's card, rubbish: closed, reported, and the conversation lives", async () => {
    const { clock, alice, bob, stranger } = await pair();
    const mallory = await stranger("Mallory");
    const { certificate, card } = mallory.account;
    const wrong = [
      bob.introduction,
      introduction.encode({ certificate: bob.account.certificate, card: card.bytes }),
      introduction.encode({ certificate, card: bob.account.card.bytes }),
      introduction.encode({ certificate: certificate.with(-1, (certificate.at(-1) ?? 0) ^ 1), card: card.bytes }),
      Uint8Array.of(0xff),
      new Uint8Array(60_000),
      text("no introduction"),
    ];
    for (const [index, first] of wrong.entries()) {
      const outcome = await attack(alice, mallory, clock, first);
      expect(outcome).toMatchObject({ answers: 0, closed: "protocol-error" });
      expect(outcome.reported).toHaveLength(index + 1);
    }
    await bob.messaging.send(alice.user, "still here");
    await clock.advance(25);
    expect(await bob.chat(alice)).toEqual(["> still here delivered"]);
  });

  test("[MS17] a device that is another user's than we dialled gets nothing but our introduction", async () => {
    const { clock, alice, stranger } = await pair();
    const [bob, mallory] = [await stranger("Bob"), await stranger("Mallory")];
    await bob.publish();
    // Bob's device claims to be Mallory's as well; both certificates hold.
    const subject = { device: bob.account.deviceKey.publicKey, name: "x", issuedAt: clock.now(), listVersion: 1 };
    const certificate = issueCertificate(subject, mallory.account.userKey);
    const heard: Uint8Array[] = [];
    const closes: string[] = [];
    bob.network.listen(CHAT_PROTOCOL, (channel) => {
      void channel.send(introduction.encode({ certificate, card: mallory.account.card.bytes }));
      void channel.closed.then((reason) => closes.push(reason));
      void (async () => {
        for await (const message of channel.incoming) heard.push(message);
      })();
    });
    await alice.messaging.send(bob.account.user, "secret");
    await clock.settle();
    expect(closes).toEqual(["protocol-error"]);
    expect(heard).toHaveLength(1);
    expect(badMessages(alice)).toEqual(["introduction: another user than was dialled"]);
    expect(await alice.chat(bob)).toEqual(["> secret queued"]);
  });

  test("[MS18] what is no chat message closes that channel, is reported, and the conversation lives on the next", async () => {
    const { clock, alice, bob } = await pair();
    const wrong = [
      bob.introduction,
      Uint8Array.of(1, 2, 3),
      new Uint8Array(0),
      new Uint8Array(60_000).fill(0x61),
      chatMessage.encode({ kind: "text", id: new Uint8Array(16), sentAt: 0, body: "x" }).slice(0, -1),
    ];
    for (const [index, frame] of wrong.entries()) {
      const outcome = await attack(alice, bob, clock, bob.introduction, text(`before ${index}`), frame, text("after"));
      expect(outcome).toMatchObject({ closed: "protocol-error" });
      expect(outcome.reported).toHaveLength(index + 1);
    }
    expect((await alice.history(bob)).map(({ body }) => body)).toEqual(wrong.map((_, index) => `before ${index}`));
    await bob.messaging.send(alice.user, "well-behaved again");
    await clock.advance(25);
    expect(await bob.chat(alice)).toEqual(["> well-behaved again delivered"]);
  });

  test("[MS18] a receipt for what we never sent changes nothing", async () => {
    const { clock, alice, bob, stranger } = await pair();
    const carol = await stranger("Carol");
    await bob.network.stop();
    const { id } = await alice.messaging.send(bob.user, "for Bob");
    const ids = [Uint8Array.from(Buffer.from(id, "base64url")), new Uint8Array(16)];
    const receipt = chatMessage.encode({ kind: "receipt", state: "read", ids });
    await attack(alice, carol, clock, carol.introduction, receipt);
    expect(await alice.chat(bob)).toEqual(["> for Bob queued"]);
    expect(await alice.chat(carol)).toEqual([]);
  });

  test("[MS19] a channel without introduction ends in time, on both sides", async () => {
    const { clock, alice, stranger } = await pair();
    const silent = await stranger("Silent");
    await silent.publish();
    const { channel } = await silent.dial(alice.account.device);
    silent.network.listen(CHAT_PROTOCOL, () => {});
    await alice.messaging.send(silent.account.user, "anybody there?");
    await clock.advance(INTRODUCTION_TIMEOUT_MS - 1);
    expect(badMessages(alice)).toEqual([]);
    await clock.advance(1);
    expect(await channel.closed).toBe("protocol-error");
    expect(badMessages(alice)).toEqual(["introduction: none in time", "introduction: none in time"]);
  });

  test("[MS19] those not yet introduced are bounded", async () => {
    const { clock, alice, bob, stranger } = await pair();
    const crowd = await stranger("Crowd");
    const channels = [];
    for (let index = 0; index < MAX_UNINTRODUCED; index += 1) channels.push(await crowd.dial(alice.account.device));
    expect(await attack(alice, bob, clock, bob.introduction)).toMatchObject({ answers: 0, closed: "done" });
    await clock.advance(INTRODUCTION_TIMEOUT_MS);
    await Promise.all(channels.map(({ channel }) => channel.closed));
    expect(await attack(alice, bob, clock, bob.introduction)).toMatchObject({ answers: 1 });
  });
});

describe("requests", () => {
  async function strangers() {
    const world = await pair();
    world.alice.relations.set(world.bob.user, "stranger");
    return world;
  }

  test("[MS30] who is not a contact becomes a request, is told delivered but not read, and is heard once accepted", async () => {
    const { clock, alice, bob } = await strangers();
    const receivedAt = clock.now();
    await bob.messaging.send(alice.user, "we met at the lake");
    await bob.messaging.send(alice.user, "remember?");
    await clock.advance(25);
    expect(alice.requests).toHaveLength(1);
    const [request] = await alice.messaging.requests();
    expect(request).toEqual(alice.requests[0]);
    expect(request).toMatchObject({ user: bob.user, card: { name: "Bob" }, receivedAt });
    await alice.messaging.markRead(bob.user, 2);
    await clock.advance(25);
    expect(await bob.chat(alice)).toEqual(["> we met at the lake delivered", "> remember? delivered"]);
    await expect(alice.messaging.send(bob.user, "who?")).rejects.toMatchObject({ code: "not-a-contact" });

    alice.relations.set(bob.user, "contact");
    await alice.messaging.accept(bob.user);
    expect(await alice.messaging.requests()).toEqual([]);
    await alice.messaging.send(bob.user, "of course");
    await clock.advance(3_000);
    expect(await alice.chat(bob)).toEqual(["< we met at the lake read", "< remember? read", "> of course delivered"]);
    expect(alice.requests).toHaveLength(1);
  });

  test("[MS30] a declined request is gone; one who became a contact by another way is none any more", async () => {
    const { clock, alice, bob } = await strangers();
    await bob.messaging.send(alice.user, "hi");
    await clock.advance(25);
    await alice.messaging.deleteConversation(bob.user);
    expect(await alice.messaging.requests()).toEqual([]);
    expect(await alice.chat(bob)).toEqual([]);
    await bob.messaging.send(alice.user, "me again");
    await clock.advance(3_000);
    expect(alice.requests).toHaveLength(2);
    await alice.messaging.stop();
    alice.relations.set(bob.user, "contact");
    await alice.messaging.start();
    alice.relations.set(bob.user, "stranger");
    expect(await alice.messaging.requests()).toEqual([]);
    expect((await alice.history(bob)).map(({ body }) => body)).toEqual(["me again"]);
  });

  test("[MS31] a stranger's messages are bounded; what is refused is not acknowledged", async () => {
    const { clock, alice, bob } = await strangers();
    for (let index = 0; index <= MAX_REQUEST_MESSAGES; index += 1) await bob.messaging.send(alice.user, `${index}`);
    await clock.advance(600_000);
    expect(await alice.history(bob)).toHaveLength(MAX_REQUEST_MESSAGES);
    expect((await bob.history(alice)).map(({ state }) => state)).toEqual([
      ...Array.from({ length: MAX_REQUEST_MESSAGES }, () => "delivered"),
      "sent",
    ]);
    alice.relations.set(bob.user, "contact");
    await alice.messaging.accept(bob.user);
    await clock.advance(600_000);
    expect(await alice.history(bob)).toHaveLength(MAX_REQUEST_MESSAGES + 1);
    expect((await bob.history(alice)).at(-1)?.state).toBe("delivered");
  });

  test("[MS31] of strangers who are not connected nothing stays in memory", async () => {
    const world = createChatWorld();
    const kept = createMemoryStore();
    const loads: string[] = [];
    const store: MessageStore = {
      ...kept,
      outbox(conversation) {
        loads.push(conversation);
        return kept.outbox(conversation);
      },
    };
    const alice = await world.person("Alice", { store });
    const [bob, carol] = [await world.stranger("Bob"), await world.stranger("Carol")];
    alice.relations.set(bob.account.user, "stranger");
    for (const each of [bob, bob, carol, carol]) await attack(alice, each, world.clock, each.introduction);
    await world.clock.settle();
    expect(loads).toEqual([bob.account.user, bob.account.user, carol.account.user]);
  });

  test("[MS31] strangers are bounded, those waiting and those connected", async () => {
    const { clock, alice, stranger } = await pair();
    const crowd = [];
    for (let index = 0; index <= MAX_REQUESTS; index += 1) crowd.push(await stranger(`Stranger ${index}`));
    for (const { account } of crowd) alice.relations.set(account.user, "stranger");
    const [last, ...first] = crowd.toReversed() as [Stranger, ...Stranger[]];
    const open = [];
    for (const each of first) open.push(await each.dial(alice.account.device, each.introduction));
    await clock.settle();
    expect(await attack(alice, last, clock, last.introduction, text("connected"))).toMatchObject({ answers: 0 });
    for (const { channel } of open) void channel.close("done");
    await clock.settle();
    for (const each of first) await attack(alice, each, clock, each.introduction, text("hello"));
    expect(await alice.messaging.requests()).toHaveLength(MAX_REQUESTS);
    // Introduced, but neither kept nor acknowledged.
    const refused = await attack(alice, last, clock, last.introduction, text("one too many"));
    expect(refused).toMatchObject({ answers: 1, closed: "done" });
    expect(await alice.messaging.requests()).toHaveLength(MAX_REQUESTS);
    expect(await alice.chat(last)).toEqual([]);
    expect(badMessages(alice)).toEqual([]);
  });
});
