import {
  type Channel,
  type DeviceId,
  type Network,
  type PresenceChange,
  type Protocol,
  systemRandom,
} from "@skein/core";
import { type Account, signPresence } from "@skein/identity";
import { describe, expect, test } from "vitest";
import { arrivingChannels, createArrivals, readChannel } from "./arrivals.ts";
import { createContractAccount } from "./contract-world.ts";
import { createHandClock } from "./hand-clock.ts";
import { LOST_AFTER_MS } from "./memory-channel.ts";
import { DIAL_TIMEOUT_MS } from "./memory-network.ts";
import { MAX_UNREAD_BYTES } from "./memory-pipe.ts";
import { createMemoryWorld, type MemoryWorldOptions } from "./memory-world.ts";
import { createSeededRandom } from "./seeded-random.ts";

const CHAT: Protocol = "/skein/chat/1";
const never = new AbortController().signal;

/** Alice and Bob, online in a world whose time stands still, with a channel from Alice to Bob. */
async function pair(options: MemoryWorldOptions = {}) {
  const clock = createHandClock(Date.now());
  const world = createMemoryWorld(options, { clock, random: createSeededRandom(1) });
  const [one, other] = [createContractAccount(systemRandom), createContractAccount(systemRandom)];
  const [alice, bob] = [world.join(one.device), world.join(other.device)];
  await Promise.all([alice.start(never), bob.start(never)]);
  const arriving = arrivingChannels(bob, CHAT);
  const dialling = alice.dial(bob.self, CHAT, never);
  await clock.advance(2 * (options.delayMs ?? 0));
  const [near, far] = await Promise.all([dialling, arriving.next()]);
  return { clock, world, alice, bob, one, other, near, far, ids: [alice.self, bob.self] as [DeviceId, DeviceId] };
}

function publish(network: Network, account: Account, now: number): Promise<void> {
  const statement = { certificate: account.certificate, sequence: now, issuedAt: now, via: [] };
  return network.directory.publish(signPresence({ ...statement, availability: "online" }, account.deviceKey), never);
}

/** Collects what a channel delivers, and its end, as it happens. */
function record(channel: Channel): { readonly got: number[]; ended: () => boolean } {
  const got: number[] = [];
  let ended = false;
  void (async () => {
    for await (const message of channel.incoming) got.push(message[0] ?? -1);
    ended = true;
  })();
  return { got, ended: () => ended };
}

/** Whether a promise has settled by now, after time stood still a while. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
}

describe("faults of the memory world", () => {
  test("[TK9] delay: dials take two ways, messages one, and order is kept when the delay shrinks", async () => {
    const { clock, world, near, far, ids } = await pair({ delayMs: 50 });
    const bob = record(far);
    await near.send(Uint8Array.of(1));
    world.delay(...ids, 10);
    await near.send(Uint8Array.of(2));
    await clock.advance(49);
    expect(bob.got).toEqual([]);
    await clock.advance(1);
    expect(bob.got).toEqual([1, 2]);
    await near.send(Uint8Array.of(3));
    await clock.advance(10);
    expect(bob.got).toEqual([1, 2, 3]);
  });

  test("[TK10] partition: nothing passes, dials wait and give up, heal lets through what waited", async () => {
    const { clock, world, alice, bob, near, far, ids } = await pair();
    const got = record(far);
    world.partition([ids[0]], [ids[1]]);
    await near.send(Uint8Array.of(1));
    const dialling = alice.dial(bob.self, CHAT, never);
    const refused = expect(dialling).rejects.toMatchObject({ code: "unreachable" });
    await clock.advance(DIAL_TIMEOUT_MS - 1);
    expect([got.got, await settled(dialling)]).toEqual([[], false]);
    await clock.advance(1);
    await refused;
    world.heal();
    await clock.settle();
    expect(got.got).toEqual([1]);
    await alice.dial(bob.self, CHAT, never);
  });

  test("[TK10] partition: a channel that carries nothing for 15 s is lost on both sides", async () => {
    const { clock, world, near, far, ids } = await pair();
    const got = record(far);
    world.partition([ids[0]], [ids[1]]);
    const buffered = near.send(new Uint8Array(1));
    await clock.advance(LOST_AFTER_MS - 1);
    expect(await settled(near.closed)).toBe(false);
    await clock.advance(1);
    expect(await Promise.all([near.closed, far.closed])).toEqual(["lost", "lost"]);
    await buffered;
    expect([got.got, got.ended()]).toEqual([[], true]);
    expect(clock.waiting).toBe(0);
  });

  test("[TK11] isolate: back to joining, everything rejects offline, heal brings it online again", async () => {
    const { world, alice, bob, ids } = await pair();
    world.isolate(ids[0]);
    expect(alice.status.value).toMatchObject({ kind: "joining", lastError: { code: "offline" } });
    for (const act of [
      alice.dial(bob.self, CHAT, never),
      alice.directory.find(createContractAccount(systemRandom).user, never),
      alice.mailbox.collect(never),
      alice.mediaRoute(bob.self, never),
    ]) {
      await expect(act).rejects.toMatchObject({ code: "offline" });
    }
    await expect(bob.dial(alice.self, CHAT, AbortSignal.abort("enough"))).rejects.toBe("enough");
    world.heal();
    expect(alice.status.value.kind).toBe("online");
    await alice.dial(bob.self, CHAT, never);
  });

  test("[TK12] crash: channels are lost, watchers get a hint, what had arrived can be read", async () => {
    const { clock, world, alice, bob, other, near, far, ids } = await pair();
    await publish(bob, other, clock.now());
    const changes = createArrivals<PresenceChange>();
    alice.directory.watch([other.user], changes.push);
    await far.send(Uint8Array.of(9));
    await clock.advance(1_000);
    world.crash(ids[1]);
    expect(await Promise.all([near.closed, far.closed])).toEqual(["lost", "lost"]);
    expect(await readChannel(near).rest()).toEqual([Uint8Array.of(9)]);
    await clock.settle();
    expect(changes.all.at(-1)).toEqual({ kind: "gone", user: other.user, device: bob.self, at: clock.now() });
    expect(bob.status.value.kind).toBe("stopped");
    await expect(alice.dial(bob.self, CHAT, never)).rejects.toMatchObject({ code: "unreachable" });
    await bob.start(never);
    await alice.dial(bob.self, CHAT, never);
  });

  test("[TK13] slow reader: one message each so many ms, and the sender feels it", async () => {
    const { clock, world, near, far, ids } = await pair();
    world.slowReader(ids[1], 100);
    const got = record(far);
    const sends = Array.from({ length: 6 }, (_, index) => near.send(new Uint8Array(60_000).fill(index)));
    await clock.settle();
    expect(await Promise.all(sends.map(settled))).toEqual([true, true, true, true, false, false]);
    await clock.advance(200);
    expect(got.got).toEqual([0, 1]);
    await Promise.all(sends);
    world.slowReader(ids[1], 0);
    await clock.advance(100);
    expect(got.got).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("[TK13] a sender that does not wait ends its channel once 8 MiB are unread", async () => {
    const { near, far } = await pair();
    const sends: Promise<void>[] = [];
    for (let bytes = 0; bytes <= MAX_UNREAD_BYTES; bytes += 64 * 1024) sends.push(near.send(new Uint8Array(64 * 1024)));
    const outcomes = await Promise.allSettled(sends);
    expect(outcomes.at(-1)).toMatchObject({ status: "rejected", reason: { code: "closed" } });
    expect(await Promise.all([near.closed, far.closed])).toEqual(["lost", "lost"]);
  });

  test("[TK14] cut: the open channels of two are lost, others live on, new ones open", async () => {
    const { world, alice, bob, near, far, ids } = await pair();
    const carol = world.join(createContractAccount(systemRandom).device);
    await carol.start(never);
    const beside = await carol.dial(bob.self, CHAT, never);
    world.cut(ids[1], ids[0]);
    expect(await Promise.all([near.closed, far.closed])).toEqual(["lost", "lost"]);
    await beside.send(Uint8Array.of(1));
    await alice.dial(bob.self, CHAT, never);
  });

  test("[TK15] reroute: open channels and later ones show the new way", async () => {
    const { world, alice, bob, near, far, ids } = await pair();
    const by = createContractAccount(systemRandom).device;
    const seen: string[] = [];
    near.path.subscribe(({ kind }) => seen.push(kind));
    world.reroute(...ids, { kind: "relayed", by });
    expect(seen).toEqual(["direct", "relayed"]);
    expect(far.path.value).toEqual({ kind: "relayed", by });
    expect((await alice.dial(bob.self, CHAT, never)).path.value).toEqual({ kind: "relayed", by });
  });
});
