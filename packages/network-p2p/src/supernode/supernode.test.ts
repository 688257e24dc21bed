import { keyFromId, type Presence } from "@skein/core";
import { createKeyPair, verifyAd } from "@skein/identity";
import { createArrivals, createSeededRandom } from "@skein/testkit";
import { INDEX_PROTOCOL, indexRequest, MAX_WATCHED_USERS } from "@skein/wire";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createP2pWorld, type P2pWorld } from "../../test/p2p-world.ts";
import { adOf, flipBit, person, presenceOf } from "../../test/people.ts";
import { type RawLeaf, startRawLeaf } from "../../test/raw-leaf.ts";
import { openFrames } from "../frames.ts";
import { type IndexClient, openIndexClient, type Push } from "../index-client.ts";
import { MAX_INDEX_FRAME_BYTES } from "../specification.ts";
import { DEAR_REQUESTS } from "./limits.ts";
import type { Supernode } from "./supernode.ts";

let world: P2pWorld;
let one: Supernode;
let other: Supernode;
const open: RawLeaf[] = [];
beforeAll(async () => {
  world = await createP2pWorld({ supernodes: 2 });
  const [first, second] = world.supernodes;
  if (first === undefined || second === undefined) throw new Error("two supernodes");
  one = first;
  other = second;
});
afterAll(async () => {
  await Promise.all(open.map((each) => each.stop()));
  await world.dispose();
});

const deadline = (): AbortSignal => AbortSignal.timeout(10_000);

async function leaf(): Promise<RawLeaf> {
  const raw = await startRawLeaf();
  open.push(raw);
  return raw;
}

/** A stranger's index stream to a supernode, and what is pushed on it. */
async function ask(
  supernode: Supernode,
): Promise<{ index: IndexClient; pushes: ReturnType<typeof createArrivals<Push>> }> {
  const connection = await (await leaf()).connect(supernode);
  const pushes = createArrivals<Push>();
  return { index: await openIndexClient(connection, { onPush: pushes.push, onEnd: () => {} }, deadline()), pushes };
}

const found = async (index: IndexClient, presence: Presence): Promise<readonly Uint8Array[]> => {
  const answer = await index.ask({ kind: "find-device", device: keyFromId(presence.device) });
  return answer.kind === "records" ? answer.records : [];
};

test("[PP21] a record put at one supernode is found at the other, by user and by device", async () => {
  const [writer, reader] = [await ask(one), await ask(other)];
  const presence = presenceOf(person(), { sequence: 3 });
  await writer.index.ask({ kind: "put", presence: presence.bytes });
  expect(await found(reader.index, presence)).toEqual([presence.bytes]);
  const byUser = await reader.index.ask({ kind: "find", user: keyFromId(presence.user) });
  expect(byUser).toMatchObject({ kind: "records", records: [presence.bytes] });
});

test("[PP30] an old or forged record is refused by both, and what was found before stays", async () => {
  const [writer, reader] = [await ask(one), await ask(other)];
  const account = person();
  const [newer, older] = [presenceOf(account, { sequence: 9 }), presenceOf(account, { sequence: 8 })];
  await writer.index.ask({ kind: "put", presence: newer.bytes });
  for (const { index } of [writer, reader]) {
    const say = (presence: Uint8Array) => index.ask({ kind: "put", presence });
    await expect(say(older.bytes)).rejects.toMatchObject({ code: "refused", message: expect.stringContaining("old") });
    await expect(say(flipBit(newer.bytes, 2_000))).rejects.toMatchObject({ code: "refused" });
    expect(await found(index, newer)).toEqual([newer.bytes]);
  }
});

test("[PP28] a watcher elsewhere hears of a new record, and soon that its device left", async () => {
  const { index, pushes } = await ask(other);
  const account = person();
  await index.ask({ kind: "watch", users: [keyFromId(account.user)] });
  const raw = await startRawLeaf(account.deviceKey);
  const connection = await raw.connect(one);
  const own = await openIndexClient(connection, { onPush: () => {}, onEnd: () => {} }, deadline());
  const presence = presenceOf(account, { sequence: 1, via: [{ supernode: one.id, addresses: [] }] });
  await own.ask({ kind: "put", presence: presence.bytes });
  expect(await pushes.next()).toEqual({ kind: "presence", record: presence.bytes });
  await raw.stop();
  expect(await pushes.next()).toMatchObject({ kind: "gone", sequence: 1 });
  // Who watches later is told both.
  const late = await ask(other);
  await late.index.ask({ kind: "watch", users: [keyFromId(account.user)] });
  expect([(await late.pushes.next()).kind, (await late.pushes.next()).kind]).toEqual(["presence", "gone"]);
});

test("[PP27] a stranger's word that a device left counts for nothing", async () => {
  const [writer, liar] = [await ask(one), await ask(one)];
  const account = person();
  const presence = presenceOf(account, { sequence: 1, via: [{ supernode: one.id, addresses: [] }] });
  await writer.index.ask({ kind: "put", presence: presence.bytes });
  await liar.index.ask({ kind: "left", device: keyFromId(account.device), sequence: 1 });
  const watcher = await ask(one);
  await watcher.index.ask({ kind: "watch", users: [keyFromId(account.user)] });
  // The next thing it hears is true news, not a departure.
  const news = presenceOf(account, { sequence: 2 });
  await writer.index.ask({ kind: "put", presence: news.bytes });
  expect([(await watcher.pushes.next()).kind, await watcher.pushes.next()]).toEqual([
    "presence",
    { kind: "presence", record: news.bytes },
  ]);
});

test("[PP22] what is not a request ends the stream, and the supernode goes on", async () => {
  const random = createSeededRandom(7);
  const tooMany = Array.from({ length: MAX_WATCHED_USERS }, () => random.bytes(32));
  const watch = indexRequest.encode({ kind: "watch", id: 1, users: tooMany });
  for (const bytes of [random.bytes(40), new Uint8Array(), watch.slice(0, 99), random.bytes(MAX_INDEX_FRAME_BYTES)]) {
    const connection = await (await leaf()).connect(one);
    const stream = await connection.newStream(INDEX_PROTOCOL, { signal: deadline() });
    const frames = openFrames(stream, MAX_INDEX_FRAME_BYTES);
    await frames.send(bytes);
    const answers: Uint8Array[] = [];
    for await (const frame of frames.incoming) answers.push(frame);
    expect(answers).toEqual([]);
    await frames.end();
  }
  expect((await (await ask(one)).index.ask({ kind: "neighbours" })).kind).toBe("ads");
});

test("[PP23] one who asks for too much is refused with `rate`, others are served", async () => {
  const greedy = await ask(one);
  const outcomes = await Promise.allSettled(
    Array.from({ length: DEAR_REQUESTS.burst + 1 }, () => greedy.index.ask({ kind: "turn" })),
  );
  const refused = outcomes.filter((each) => each.status === "rejected");
  expect(refused.map((each) => String(each.reason))).toEqual([expect.stringContaining("rate")]);
  expect((await (await ask(one)).index.ask({ kind: "turn" })).kind).toBe("turn");
});

test("[PP9] a supernode hands out its own ad first, and takes no ad but that of the one who speaks", async () => {
  const { index } = await ask(one);
  const answer = await index.ask({ kind: "neighbours" });
  if (answer.kind !== "ads") throw new Error("ads");
  const supernodes = answer.ads.map((bytes) => {
    const ad = verifyAd(bytes, Date.now());
    return ad.ok ? ad.value.supernode : "broken";
  });
  expect(supernodes).toEqual([one.id, other.id]);
  await expect(index.ask({ kind: "announce", ad: adOf().bytes })).rejects.toMatchObject({ code: "refused" });
});

test("[PP33] a leaf that comes back is served by its new connection; the old one is dropped", async () => {
  const key = createKeyPair(createSeededRandom(11));
  const [before, after] = [await startRawLeaf(key), await startRawLeaf(key)];
  open.push(before, after);
  const old = await before.connect(one);
  const dropped = new Promise<void>((resolve) => old.addEventListener("close", () => resolve()));
  const fresh = await after.connect(one);
  await dropped;
  expect(fresh.status).toBe("open");
  const index = await openIndexClient(fresh, { onPush: () => {}, onEnd: () => {} }, deadline());
  expect((await index.ask({ kind: "neighbours" })).kind).toBe("ads");
});

test("[PP46] a stopped supernode leaves nothing listening, and stopping twice is fine", async () => {
  const lone = await createP2pWorld({ supernodes: 1 });
  const [supernode] = lone.supernodes;
  if (supernode === undefined) throw new Error("a supernode");
  const addresses = supernode.addresses();
  expect(supernode.status()).toMatchObject({ connections: 0, reservations: 0, records: 0, neighbours: 0 });
  await Promise.all([supernode.stop(), supernode.stop()]);
  const raw = await leaf();
  await expect(raw.connect({ id: supernode.id, addresses: () => addresses })).rejects.toThrow();
  await lone.dispose();
});
