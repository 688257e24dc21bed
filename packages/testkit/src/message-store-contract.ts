import { type UserId, userIdFromKey } from "@skein/core";
import type { Message, MessageId, MessageStore, NewMessage, RequestBounds, StoredRequest } from "@skein/messaging";
import { afterEach, describe, expect, test } from "vitest";

/** A person for tests: every byte of their key is `byte`. */
export function person(byte: number): UserId {
  return userIdFromKey(new Uint8Array(32).fill(byte));
}

/** The usual other person. */
export const alice: UserId = person(1);
const bob = person(2);

/** An id for tests, made of one letter. */
export function idOf(letter: string): MessageId {
  return letter.repeat(21).concat("A") as MessageId;
}

/** A message of a conversation for tests; its body is its letter. */
export function messageOf(letter: string, more: Partial<NewMessage> = {}): NewMessage {
  return {
    id: idOf(letter),
    conversation: alice,
    direction: "outgoing",
    body: letter,
    sentAt: 1_000,
    storedAt: 1_000,
    state: "queued",
    ...more,
  };
}

/** The same, received. */
export function incomingOf(letter: string, more: Partial<NewMessage> = {}): NewMessage {
  return messageOf(letter, { direction: "incoming", state: "delivered", ...more });
}

const requestOf = (byte: number, receivedAt = 5): StoredRequest => ({
  user: person(byte),
  card: Uint8Array.of(byte),
  receivedAt,
});
const bodies = (messages: readonly Message[]): string => messages.map(({ body }) => body).join("");
const WIDE: RequestBounds = { requests: 10, messagesEach: 10 };

/** Opens an empty store, with messages of ours to Alice of these letters. */
type Open = (...letters: string[]) => Promise<MessageStore>;

/** What every `MessageStore` promises. Defines tests; call it at the top level of a test file. */
export function messageStoreContract(name: string, openStore: () => Promise<MessageStore>): void {
  describe(`${name}: message store`, () => {
    let opened: MessageStore | undefined;
    afterEach(() => opened?.close());

    const open: Open = async (...letters) => {
      opened = await openStore();
      for (const letter of letters) await opened.add(messageOf(letter));
      return opened;
    };
    keepingRules(open);
    removingRules(open);
  });
}

function keepingRules(open: Open): void {
  test("[MS32] a message is kept at the end of its conversation, as it was given", async () => {
    const store = await open("a");
    const added = await store.add(incomingOf("b"));
    expect(added).toEqual({ kind: "added", message: { ...incomingOf("b"), position: 2 } });
    expect(await store.page(alice, undefined, 10)).toEqual([
      { ...messageOf("a"), position: 1 },
      { ...incomingOf("b"), position: 2 },
    ]);
  });

  test("[MS32] the same id again is a duplicate, also many at once, and changes nothing", async () => {
    const store = await open();
    const added = await Promise.all(
      [1, 2, 3, 4].map((at) => store.add(incomingOf("a", { body: `${at}`, sentAt: at }))),
    );
    expect(added.map(({ kind }) => kind).sort()).toEqual(["added", "duplicate", "duplicate", "duplicate"]);
    const kept = await store.page(alice, undefined, 10);
    expect(kept).toHaveLength(1);
    await store.advance(alice, [idOf("a")], "read");
    expect(await store.add(messageOf("a", { body: "other" }))).toEqual({ kind: "duplicate" });
    expect(await store.page(alice, undefined, 10)).toEqual(kept);
  });

  test("[MS32] the same id in another conversation is another message", async () => {
    const store = await open("a");
    expect((await store.add(messageOf("a", { conversation: bob }))).kind).toBe("added");
    expect(bodies(await store.page(bob, undefined, 10))).toBe("a");
  });

  test("[MS33] order is the order of adding, whatever the clocks said, and pages do not overlap", async () => {
    const store = await open();
    for (const [letter, at] of [
      ["a", 900],
      ["b", 100],
      ["c", 500],
      ["d", 100],
      ["e", 1],
    ] as const) {
      await store.add(incomingOf(letter, { sentAt: at, storedAt: at }));
    }
    await store.add(messageOf("x", { conversation: bob }));
    const last = await store.page(alice, undefined, 2);
    expect(bodies(last)).toBe("de");
    const before = await store.page(alice, last[0]?.position, 2);
    expect(bodies(before)).toBe("bc");
    expect(bodies(await store.page(alice, before[0]?.position, 2))).toBe("a");
    expect(await store.page(alice, 1, 2)).toEqual([]);
    expect(await store.page(alice, undefined, 0)).toEqual([]);
  });

  test("[MS34] states move forward only, and only those of our own messages", async () => {
    const store = await open("a", "b");
    await store.add(incomingOf("c"));
    const moved = await store.advance(alice, [idOf("a"), idOf("a"), idOf("b"), idOf("c"), idOf("z")], "delivered");
    expect(moved.map(({ body, state }) => [body, state])).toEqual([
      ["a", "delivered"],
      ["b", "delivered"],
    ]);
    expect(await store.advance(alice, [idOf("a"), idOf("b")], "sent")).toEqual([]);
    expect(await store.advance(bob, [idOf("a")], "read")).toEqual([]);
    expect((await store.advance(alice, [idOf("a")], "read")).map(({ id }) => id)).toEqual([idOf("a")]);
    expect((await store.page(alice, undefined, 10)).map(({ state }) => state)).toEqual([
      "read",
      "delivered",
      "delivered",
    ]);
  });

  test("[MS35] the outbox holds what has not reached the peer, in order, and says whose it is", async () => {
    const store = await open("a", "b", "c");
    await store.add(messageOf("x", { conversation: bob }));
    await store.add(incomingOf("y", { conversation: person(3) }));
    await store.advance(alice, [idOf("a")], "sent");
    await store.advance(alice, [idOf("c")], "held");
    await store.advance(alice, [idOf("b")], "delivered");
    expect(bodies(await store.outbox(alice))).toBe("ac");
    expect(new Set(await store.waiting())).toEqual(new Set([alice, bob]));
    await store.advance(bob, [idOf("x")], "read");
    expect(await store.waiting()).toEqual([alice]);
    expect(await store.outbox(bob)).toEqual([]);
  });

  test("[MS36] what is read is marked up to a position, once, and counted", async () => {
    const store = await open("a");
    for (const letter of ["b", "c", "d"]) await store.add(incomingOf(letter));
    expect(await store.unread(alice)).toBe(3);
    expect(bodies(await store.markRead(alice, 3))).toBe("bc");
    expect(await store.markRead(alice, 3)).toEqual([]);
    expect(await store.unread(alice)).toBe(1);
    expect(await store.unread(bob)).toBe(0);
    expect((await store.page(alice, undefined, 10)).map(({ state }) => state)).toEqual([
      "queued",
      "read",
      "read",
      "delivered",
    ]);
  });
}

function removingRules(open: Open): void {
  test("[MS37] a stranger's first message makes a request, and people and messages are bounded", async () => {
    const store = await open();
    const bounds = { requests: 2, messagesEach: 2 };
    const add = (byte: number, letter: string) =>
      store.addRequested(incomingOf(letter, { conversation: person(byte) }), requestOf(byte, 10 - byte), bounds);
    expect(await add(3, "a")).toMatchObject({ kind: "added", request: "new", message: { body: "a", position: 1 } });
    expect(await add(3, "b")).toMatchObject({ kind: "added", request: "known" });
    expect(await add(3, "c")).toEqual({ kind: "full" });
    expect(await add(3, "a")).toEqual({ kind: "duplicate" });
    expect((await add(4, "d")).kind).toBe("added");
    expect(await add(5, "e")).toEqual({ kind: "full" });
    expect(bodies(await store.page(person(3), undefined, 10))).toBe("ab");
    expect(await store.page(person(5), undefined, 10)).toEqual([]);
    expect(await store.requests()).toEqual([requestOf(4, 6), requestOf(3, 7)]);
    await store.removeRequest(person(3));
    expect(await store.requests()).toEqual([requestOf(4, 6)]);
    expect(bodies(await store.page(person(3), undefined, 10))).toBe("ab");
    expect((await add(5, "e")).kind).toBe("added");
  });

  test("[MS38] a deleted conversation is gone with its request and outbox; others stay", async () => {
    const store = await open("a");
    await store.addRequested(incomingOf("b"), { ...requestOf(1), user: alice }, WIDE);
    await store.add(messageOf("x", { conversation: bob }));
    await store.deleteConversation(alice);
    expect(await store.page(alice, undefined, 10)).toEqual([]);
    expect(await store.requests()).toEqual([]);
    expect(await store.unread(alice)).toBe(0);
    expect(await store.waiting()).toEqual([bob]);
    expect(await store.add(messageOf("a"))).toMatchObject({ kind: "added", message: { position: 1 } });
  });

  test("[MS38] a closed store rejects", async () => {
    const store = await open("a");
    store.close();
    await expect(store.add(messageOf("b"))).rejects.toThrow("closed");
    await expect(store.page(alice, undefined, 1)).rejects.toThrow("closed");
  });
}
