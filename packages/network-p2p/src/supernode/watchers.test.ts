import { deviceIdFromKey, userIdFromKey } from "@skein/core";
import type { IndexReply } from "@skein/wire";
import { expect, test } from "vitest";
import { person, presenceOf } from "../../test/people.ts";
import { createWatchers } from "./watchers.ts";

test("[PP28] those who watch a user hear of its presences and departures; a new set replaces the one before", () => {
  const watchers = createWatchers();
  const [alice, bob] = [person(), person()];
  const heard: IndexReply[] = [];
  const watcher = { push: (reply: IndexReply) => void heard.push(reply) };
  const [ofAlice, ofBob] = [presenceOf(alice, { sequence: 1 }), presenceOf(bob, { sequence: 4 })];
  watchers.watch(watcher, [alice.user, bob.user]);
  watchers.presence(ofAlice);
  watchers.watch(watcher, [bob.user]);
  watchers.presence(ofAlice);
  watchers.gone({ presence: ofBob, at: 99 });
  expect(heard[0]).toEqual({ kind: "presence", record: ofAlice.bytes });
  const gone = heard[1];
  if (gone?.kind !== "gone") throw new Error("gone");
  expect([userIdFromKey(gone.user), deviceIdFromKey(gone.device)]).toEqual([bob.user, bob.device]);
  expect([gone.sequence, gone.at, heard.length]).toEqual([4, 99, 2]);
});

test("[PP28] a watcher that left hears nothing more and leaves nothing behind", () => {
  const watchers = createWatchers();
  const alice = person();
  const heard: IndexReply[] = [];
  const watcher = { push: (reply: IndexReply) => void heard.push(reply) };
  watchers.watch(watcher, [alice.user]);
  expect(watchers.size).toBe(1);
  watchers.watch(watcher, []);
  watchers.presence(presenceOf(alice, { sequence: 1 }));
  expect([watchers.size, heard.length]).toEqual([0, 0]);
});
