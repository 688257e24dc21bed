import { createMemoryStore, type MessageStore } from "@skein/messaging";
import { MAX_TEXT_LENGTH } from "@skein/wire";
import { describe, expect, test } from "vitest";
import { createClientWorld, lines } from "../test/client-world.ts";
import type { ConversationView } from "./session.ts";

describe("conversations", () => {
  test("[CT14] messages go both ways, and show on both sides how far they came, up to read", async () => {
    const { alice, bob, settle } = await friends();
    const view = alice.session.conversation(bob.user);
    const shown: string[][] = [];
    view.subscribe(({ messages }) => shown.push(lines(messages)));
    await alice.does({ kind: "send", user: bob.user, body: "hello" });
    await settle();
    expect(lines(view.value.messages)).toEqual(["> hello delivered"]);
    expect(bob.contact(alice)).toMatchObject({ unread: 1, lastMessage: { body: "hello", mine: false } });
    await bob.does({ kind: "mark-read", user: alice.user });
    await bob.does({ kind: "send", user: alice.user, body: "hi" });
    await settle();
    expect(lines(view.value.messages)).toEqual(["> hello read", "< hi delivered"]);
    expect(bob.contact(alice)).toMatchObject({ unread: 0, lastMessage: { body: "hi", mine: true } });
    expect(new Set(shown.flat())).toEqual(
      new Set(["> hello queued", "> hello sent", "> hello delivered", "> hello read", "< hi delivered"]),
    );
  });

  test("[CT14] unread messages are counted without anybody looking, and reading nothing is no fault", async () => {
    const { alice, bob, settle } = await friends();
    await bob.does({ kind: "mark-read", user: alice.user });
    for (const body of ["one", "two", "three"]) await alice.does({ kind: "send", user: bob.user, body });
    await settle();
    expect(bob.contact(alice)).toMatchObject({ unread: 3, lastMessage: { body: "three", mine: false } });
    const again = await bob.reopen();
    await settle();
    expect(again.contact(alice)).toMatchObject({ unread: 3, lastMessage: { body: "three" } });
    await again.does({ kind: "mark-read", user: alice.user });
    await settle();
    expect(again.contact(alice)?.unread).toBe(0);
  });

  test("[CT14] a message to someone away waits, also over a new start, and goes when they are back", async () => {
    const { alice, bob, clock } = await friends();
    const kept = await bob.reopen();
    await kept.client.close();
    await alice.does({ kind: "send", user: bob.user, body: "later" });
    await clock.advance(60_000);
    const again = await alice.reopen();
    expect(await again.chat(bob)).toEqual(["> later queued"]);
    const back = await kept.reopen();
    await clock.advance(10_000);
    expect(await again.chat(bob)).toEqual(["> later delivered"]);
    expect(back.contact(again)?.unread).toBe(1);
  });

  test("[CT14] without read receipts the other side sees delivered, not read", async () => {
    const { alice, bob, settle } = await friends();
    await bob.does({ kind: "change-settings", settings: { direct: "contacts", readReceipts: false } });
    await alice.does({ kind: "send", user: bob.user, body: "hello" });
    await settle();
    await bob.does({ kind: "mark-read", user: alice.user });
    await settle();
    expect(await alice.chat(bob)).toEqual(["> hello delivered"]);
    expect(bob.contact(alice)?.unread).toBe(0);
  });

  test("[CT15] what cannot be sent is refused with a sentence, and nothing is kept", async () => {
    const { alice, bob } = await friends();
    const send = (body: string) => alice.isRefused({ kind: "send", user: bob.user, body });
    expect(await send("x".repeat(MAX_TEXT_LENGTH + 1))).toMatch(/too long: 16001 characters/);
    expect(await send(" \n ")).toBe("Write something first.");
    expect(await alice.chat(bob)).toEqual([]);
  });

  test("[CT15] a store that fails refuses with a sentence, and works again afterwards", async () => {
    const kept = createMemoryStore();
    let disk: "full" | "fine" = "fine";
    const messages: MessageStore = {
      ...kept,
      add: (message) => (disk === "full" ? Promise.reject(new Error("disk full")) : kept.add(message)),
      unread: (user) => (disk === "full" ? Promise.reject(new Error("disk full")) : kept.unread(user)),
    };
    const world = createClientWorld();
    const [alice, bob] = [await world.person("Alice", { messages }), await world.person("Bob")];
    await alice.does({ kind: "add-contact", link: bob.session.state.value.me.link });
    disk = "full";
    expect(await alice.isRefused({ kind: "send", user: bob.user, body: "x" })).toMatch(/could not be kept/);
    disk = "fine";
    await alice.does({ kind: "send", user: bob.user, body: "y" });
    await world.settle();
    expect(alice.contact(bob)?.lastMessage?.body).toBe("y");
  });

  test("[CT16] a conversation is “loading” until its first page is there, and grows by pages of 50", async () => {
    const { alice, bob, settle } = await friends();
    for (let index = 0; index < 120; index += 1) await alice.does({ kind: "send", user: bob.user, body: `${index}` });
    await settle();
    const view = alice.session.conversation(bob.user);
    const shown: ConversationView[] = [];
    view.subscribe((next) => shown.push(next));
    expect(shown).toEqual([{ messages: [], history: "loading" }]);
    await settle();
    const range = (): string => `${view.value.messages[0]?.body}..${view.value.messages.at(-1)?.body}`;
    expect([range(), view.value.history]).toEqual(["70..119", "more"]);
    await Promise.all([1, 2].map(() => alice.does({ kind: "load-older", user: bob.user })));
    expect([range(), view.value.history]).toEqual(["20..119", "more"]);
    await alice.does({ kind: "load-older", user: bob.user });
    await alice.does({ kind: "load-older", user: bob.user });
    expect([range(), view.value.history, view.value.messages.length]).toEqual(["0..119", "complete", 120]);
  });

  test("[CT16] what happens while a page is read is neither lost nor shown twice", async () => {
    const { alice, bob, settle } = await friends();
    await alice.does({ kind: "send", user: bob.user, body: "a" });
    const view = alice.session.conversation(bob.user);
    view.subscribe(() => {});
    await alice.does({ kind: "send", user: bob.user, body: "b" });
    await settle();
    expect(lines(view.value.messages)).toEqual(["> a delivered", "> b delivered"]);
  });

  test("[CT16] a deleted conversation is empty at once, also when a page of it was under way", async () => {
    const { alice, bob, settle } = await friends();
    await alice.does({ kind: "send", user: bob.user, body: "a" });
    const view = alice.session.conversation(bob.user);
    view.subscribe(() => {});
    await alice.does({ kind: "remove-contact", user: bob.user });
    await settle();
    expect(view.value).toEqual({ messages: [], history: "complete" });
  });

  test("[CT16] a page that cannot be read leaves more to ask for, and asking says why", async () => {
    const kept = createMemoryStore();
    let disk: "broken" | "fine" = "fine";
    const messages: MessageStore = {
      ...kept,
      page: (...args) => (disk === "broken" ? Promise.reject(new Error("disk broken")) : kept.page(...args)),
    };
    const world = createClientWorld();
    const [alice, bob] = [await world.person("Alice", { messages }), await world.person("Bob")];
    await alice.does({ kind: "add-contact", link: bob.session.state.value.me.link });
    await alice.does({ kind: "send", user: bob.user, body: "kept" });
    await world.settle();
    disk = "broken";
    const view = alice.session.conversation(bob.user);
    view.subscribe(() => {});
    await world.settle();
    expect(view.value).toEqual({ messages: [], history: "more" });
    expect(await alice.isRefused({ kind: "load-older", user: bob.user })).toMatch(/disk broken/);
    disk = "fine";
    await alice.does({ kind: "load-older", user: bob.user });
    expect(lines(view.value.messages)).toEqual(["> kept delivered"]);
  });

  test("[CT17] a conversation is kept in memory while somebody subscribes, over a change of reader, and no longer", async () => {
    const { alice, bob, settle } = await friends();
    await alice.does({ kind: "send", user: bob.user, body: "a" });
    const view = alice.session.conversation(bob.user);
    const first = view.subscribe(() => {});
    await settle();
    const shown = view.value;
    first();
    first();
    const second = alice.session.conversation(bob.user).subscribe(() => {});
    await settle();
    expect(view.value).toBe(shown);
    second();
    await settle();
    expect(view.value).toEqual({ messages: [], history: "loading" });
    view.subscribe(() => {});
    await settle();
    expect(lines(view.value.messages)).toEqual(["> a delivered"]);
  });

  test("[CT18] the state is plain data, fit for another tab", async () => {
    const { alice } = await friends();
    expect(structuredClone(alice.session.state.value)).toEqual(alice.session.state.value);
  });
});

async function friends() {
  const world = createClientWorld();
  return { ...world, ...(await world.friends()) };
}
