import { keyFromId, type Presence } from "@skein/core";
import { signDeviceList } from "@skein/identity";
import { createArrivals } from "@skein/testkit";
import { afterAll, afterEach, expect, test } from "vitest";
import { createP2pWorld, type P2pWorld, type P2pWorldOptions } from "../../test/p2p-world.ts";
import { person, presenceOf } from "../../test/people.ts";
import { type RawLeaf, startRawLeaf } from "../../test/raw-leaf.ts";
import { type IndexClient, openIndexClient, type Push, type Question } from "../index-client.ts";
import type { Supernode } from "./supernode.ts";

const worlds: P2pWorld[] = [];
const leaves: RawLeaf[] = [];
afterEach(async () => {
  await Promise.all(leaves.splice(0).map((each) => each.stop()));
});
afterAll(async () => {
  await Promise.all(worlds.map((each) => each.dispose()));
});

const deadline = (): AbortSignal => AbortSignal.timeout(10_000);

async function worldOf(options: P2pWorldOptions): Promise<readonly Supernode[]> {
  const world = await createP2pWorld(options);
  worlds.push(world);
  return world.supernodes;
}

async function ask(
  supernode: Supernode,
  raw?: RawLeaf,
): Promise<{ index: IndexClient; pushes: ReturnType<typeof createArrivals<Push>> }> {
  const leaf = raw ?? (await startRawLeaf());
  if (raw === undefined) leaves.push(leaf);
  const pushes = createArrivals<Push>();
  const connection = await leaf.connect(supernode);
  return { index: await openIndexClient(connection, { onPush: pushes.push, onEnd: () => {} }, deadline()), pushes };
}

async function findAt(supernode: Supernode, { user }: Presence): Promise<readonly Uint8Array[]> {
  const { index } = await ask(supernode);
  const answer = await index.ask({ kind: "find", user: keyFromId(user) });
  return answer.kind === "records" ? answer.records : [];
}

async function put(supernode: Supernode, presence: Presence): Promise<void> {
  const { index } = await ask(supernode);
  await index.ask({ kind: "put", presence: presence.bytes });
}

/** Looks again until it is so. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(isSo, { timeout: 40_000, message: what }).toBe(true);
}

function firstOf(supernodes: readonly Supernode[], index = 0): Supernode {
  const supernode = supernodes[index];
  if (supernode === undefined) throw new Error("a supernode");
  return supernode;
}

test("[PI2] in a small network every supernode has the record, and answers without asking anybody", async () => {
  const supernodes = await worldOf({ supernodes: 4 });
  const presence = presenceOf(person(), { sequence: 1 });
  await put(firstOf(supernodes), presence);
  await until("all have it", () => supernodes.every((each) => each.status().records === 1));
  for (const each of supernodes) {
    expect(await findAt(each, presence)).toEqual([presence.bytes]);
    expect(each.status().lookups).toBe(0);
  }
}, 120_000);

test("[PI5] in a large network three have a record; everybody else asks them, and watchers hear of changes and leaving", async () => {
  const supernodes = await worldOf({ supernodes: 7, index: { everywhereUpTo: 0 } });
  const account = person();
  const presence = presenceOf(account, { sequence: 1, via: [{ supernode: firstOf(supernodes).id, addresses: [] }] });
  const owner = await startRawLeaf(account.deviceKey);
  const { index: own } = await ask(firstOf(supernodes), owner);
  await own.ask({ kind: "put", presence: presence.bytes });
  const holders = (): number => supernodes.filter((each) => each.status().records > 0).length;
  // Three of the user, three of the device, and the one it was put at; some are the same.
  await until("its holders have it", () => supernodes.every((each) => each.status().unsent === 0) && holders() >= 3);
  const stranger = supernodes.find((each) => each.status().records === 0);
  if (stranger === undefined) throw new Error("everybody has the record");
  expect(await findAt(stranger, presence)).toEqual([presence.bytes]);
  expect(stranger.status().lookups).toBe(3);

  const { index, pushes } = await ask(stranger);
  await index.ask({ kind: "watch", users: [keyFromId(account.user)] });
  expect(await pushes.next()).toEqual({ kind: "presence", record: presence.bytes });
  await until("the follow is known", () => supernodes.some((each) => each !== stranger && each.status().watchers > 0));
  const later = presenceOf(account, { sequence: 2, via: presence.via });
  await own.ask({ kind: "put", presence: later.bytes });
  expect(await pushes.next()).toEqual({ kind: "presence", record: later.bytes });
  await owner.stop();
  expect(await pushes.next()).toMatchObject({ kind: "gone", sequence: 2 });
}, 120_000);

test("[PI4] when two of six supernodes die every person is still found, and the dead are not handed out", async () => {
  const supernodes = await worldOf({ supernodes: 6, index: { everywhereUpTo: 0 } });
  const people = Array.from({ length: 8 }, () => presenceOf(person(), { sequence: 1 }));
  for (const [index, presence] of people.entries()) await put(firstOf(supernodes, index % 6), presence);
  const dead = supernodes.slice(0, 2);
  const alive = supernodes.slice(2);
  await Promise.all(dead.map((each) => each.stop()));
  await until("the others noticed", () => alive.every((each) => each.status().roster === alive.length - 1));
  for (const presence of people) expect(await findAt(firstOf(alive), presence)).toEqual([presence.bytes]);
  const { index } = await ask(firstOf(alive));
  const answer = await index.ask({ kind: "neighbours" });
  const handed = answer.kind === "ads" ? answer.ads : [];
  for (const each of dead) expect(handed).not.toContainEqual(each.ad());
  expect(handed.length).toBe(alive.length);
}, 120_000);

test("[PI9] a supernode that comes later is given what it has to hold, durable records too", async () => {
  const supernodes = await worldOf({ supernodes: 2 });
  const account = person();
  const presence = presenceOf(account, { sequence: 1 });
  const list = signDeviceList(
    { sequence: 1, issuedAt: Date.now(), devices: [account.device], revoked: [] },
    account.userKey,
  );
  const { index } = await ask(firstOf(supernodes));
  await index.ask({ kind: "put", presence: presence.bytes });
  await index.ask({ kind: "put-durable", record: list.bytes });
  const late = await worlds.at(-1)?.grow();
  if (late === undefined) throw new Error("one more");
  await until("it has both", () => late.status().records === 1 && late.status().durables === 1);
  const { index: there } = await ask(late);
  const answer = await there.ask({ kind: "find-durable", user: keyFromId(account.user) });
  expect(answer).toMatchObject({ kind: "durables", records: [list.bytes] });
  expect(late.status().lookups).toBe(0);
}, 120_000);

test("[PI10] what supernodes ask each other is refused to whoever is none", async () => {
  const [supernode] = await worldOf({ supernodes: 1 });
  if (supernode === undefined) throw new Error("a supernode");
  const { index } = await ask(supernode);
  const { bytes, user } = presenceOf(person(), { sequence: 1 });
  const questions: readonly Question[] = [
    { kind: "store", presences: [bytes], durables: [] },
    { kind: "fetch", of: "user", key: keyFromId(user) },
    { kind: "offer", of: "presence", items: [] },
    { kind: "follow", users: [keyFromId(user)] },
    { kind: "roster" },
    { kind: "gossip", ads: [] },
  ];
  for (const question of questions) await expect(index.ask(question)).rejects.toMatchObject({ code: "refused" });
  expect(supernode.status().records).toBe(0);
}, 120_000);
