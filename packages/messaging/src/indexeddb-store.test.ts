import "fake-indexeddb/auto";
import type { SkeinEvent } from "@skein/core";
import { alice, idOf, incomingOf, messageOf, messageStoreContract, person } from "@skein/testkit";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { beforeEach, describe, expect, test } from "vitest";
import { openIndexedDbStore } from "./indexeddb-store.ts";
import type { MessageStore } from "./store.ts";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
});

const reported: SkeinEvent[] = [];
const open = (profile = "test"): Promise<MessageStore> =>
  openIndexedDbStore({ profile }, { report: (event) => void reported.push(event) });

messageStoreContract("IndexedDB", () => open());

describe("IndexedDB store", () => {
  test("[MS39] everything is there when it is opened again, and profiles do not see each other", async () => {
    const before = await open();
    await before.add(messageOf("a"));
    const request = { user: person(9), card: Uint8Array.of(9), receivedAt: 1 };
    await before.addRequested(incomingOf("b", { conversation: person(9) }), request, { requests: 1, messagesEach: 1 });
    before.close();
    const after = await open();
    expect((await after.outbox(alice)).map(({ id }) => id)).toEqual([idOf("a")]);
    expect(await after.requests()).toEqual([request]);
    expect(await after.unread(person(9))).toBe(1);
    expect(await (await open("other")).waiting()).toEqual([]);
  });

  test("[MS39] rows that are no messages are left out and reported; the others stay readable", async () => {
    const store = await open();
    await store.add(messageOf("a"));
    const raw = await openDB("skein-messages:test");
    await raw.put("messages", { ...messageOf("b"), position: 2, outbox: 2, state: "lost" });
    await raw.put("messages", { ...messageOf("c"), position: 3, outbox: 3, body: "x".repeat(16_001) });
    await raw.put("messages", { ...incomingOf("d"), position: 4, unread: 4, sentAt: "yesterday" });
    await raw.put("requests", { user: person(9), card: "none", receivedAt: 1 });
    raw.close();
    reported.length = 0;
    expect((await store.page(alice, undefined, 10)).map(({ body }) => body)).toEqual(["a"]);
    expect(reported).toEqual(
      [1, 2, 3].map(() => ({ name: "store.failed", store: "messages", reason: "unreadable row" })),
    );
    expect((await store.outbox(alice)).map(({ body }) => body)).toEqual(["a"]);
    expect(await store.markRead(alice, 10)).toEqual([]);
    expect(await store.advance(alice, [idOf("b")], "read")).toEqual([]);
    expect(await store.requests()).toEqual([]);
    expect(await store.add(messageOf("e"))).toMatchObject({ kind: "added", message: { position: 5 } });
  });

  test("[MS39] it stands aside for a newer layout, and then says that it cannot be used", async () => {
    const store = await open();
    const newer = await openDB("skein-messages:test", 2);
    await expect(store.add(messageOf("a"))).rejects.toThrow();
    newer.close();
  });

  test("[MS39] a write that fails half way leaves nothing behind", async () => {
    const store = await open();
    await store.add(messageOf("a"));
    const unclonable = incomingOf("b", { body: (() => "no data") as unknown as string });
    const request = { user: alice, card: Uint8Array.of(1), receivedAt: 1 };
    await expect(store.addRequested(unclonable, request, { requests: 5, messagesEach: 5 })).rejects.toThrow();
    expect(await store.requests()).toEqual([]);
    expect((await store.page(alice, undefined, 10)).map(({ body }) => body)).toEqual(["a"]);
  });
});
