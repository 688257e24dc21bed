import { type Channel, isNetworkError, until } from "@skein/core";
import { arrivingChannels, createArrivals, readChannel } from "@skein/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkedAd, createMember, createP2pWorld, type P2pMember, type P2pWorld } from "../test/p2p-world.ts";
import { person } from "../test/people.ts";
import { peerIdOf } from "./peer-id.ts";

const CHAT = "/skein/chat/1";
const deadline = (): AbortSignal => AbortSignal.timeout(15_000);

/** Starts a member and waits until it holds so many supernodes. */
async function online(world: P2pWorld, holding: number): Promise<P2pMember> {
  const member = await world.join();
  await member.network.start(deadline());
  await until(member.network.status, (now) => now.kind === "online" && now.via.length === holding, deadline());
  return member;
}

async function chat(from: P2pMember, to: P2pMember): Promise<Channel> {
  await from.network.directory.find(to.account.user, deadline());
  return from.network.dial(to.network.self, CHAT, deadline());
}

describe("three supernodes", () => {
  let world: P2pWorld;
  beforeAll(async () => {
    world = await createP2pWorld();
  });
  afterAll(() => world.dispose());

  test("[PP1] a leaf holds all three, and its presence names them", async () => {
    const [alice, bob] = [await online(world, 3), await online(world, 3)];
    const names = new Set(world.supernodes.map((each) => each.id));
    expect(new Set(alice.via().map((via) => via.supernode))).toEqual(names);
    const vias = createArrivals<number>();
    bob.network.directory.watch([alice.account.user], (change) => {
      if (change.kind === "presence") vias.push(change.presence.via.length);
    });
    while ((await vias.next()) !== 3);
    await Promise.all([alice.network.stop(), bob.network.stop()]);
  });

  test("[PP2] one dies while two chat: that channel is lost, and a new one opens through another in seconds", async () => {
    const [alice, bob] = [await online(world, 3), await online(world, 3)];
    const taken = arrivingChannels(bob.network, CHAT);
    const first = await chat(alice, bob);
    const path = first.path.value;
    if (path.kind !== "relayed") throw new Error(`relayed, not ${path.kind}`);
    await taken.next();
    const diedAt = Date.now();
    await world.supernodes.find((each) => each.id === path.by)?.stop();
    expect(await first.closed).toBe("lost");
    const second = await alice.network.dial(bob.network.self, CHAT, deadline());
    expect(second.path.value).not.toEqual(path);
    const far = await taken.next();
    await second.send(Uint8Array.of(1, 2, 3));
    expect(await readChannel(far).next()).toEqual(Uint8Array.of(1, 2, 3));
    expect(Date.now() - diedAt).toBeLessThan(10_000);
    await Promise.all([alice.network.stop(), bob.network.stop()]);
  });

  test("[PP1] with two of three down a leaf gets online and is reached", async () => {
    // The test before stopped one; a stopped supernode has no addresses.
    const alive = world.supernodes.find((each) => each.addresses().length > 0);
    await Promise.all(world.supernodes.map((each) => (each === alive ? undefined : each.stop())));
    const [alice, bob] = [await online(world, 1), await online(world, 1)];
    expect(alice.via().map((via) => via.supernode)).toEqual([alive?.id]);
    bob.network.listen(CHAT, () => {});
    expect((await chat(alice, bob)).peer).toBe(bob.network.self);
  });
});

describe("a lone supernode", () => {
  let world: P2pWorld;
  beforeAll(async () => {
    world = await createP2pWorld({ supernodes: 1, maxReservations: 2 });
  });
  afterAll(() => world.dispose());

  test("[PP10] serves alone: presences are published, found and dialled", async () => {
    const [alice, bob] = [await online(world, 1), await online(world, 1)];
    bob.network.listen(CHAT, () => {});
    expect((await chat(alice, bob)).path.value).toEqual({ kind: "relayed", by: world.supernodes[0]?.id });
    await Promise.all([alice.network.stop(), bob.network.stop()]);
  });

  test("[PP32] its slots do not leak: more leaves than slots come and go, and a full one turns newcomers away", async () => {
    for (let count = 0; count < 5; count += 1) await (await online(world, 1)).network.stop();
    const [one, two, three] = [await online(world, 1), await online(world, 1), await world.join()];
    expect(world.supernodes[0]?.status().reservations).toBe(2);
    await expect(three.network.start(AbortSignal.timeout(1_500))).rejects.toThrow();
    await one.network.stop();
    await three.network.start(deadline());
    expect(two.network.status.value.kind).toBe("online");
    await Promise.all([two.network.stop(), three.network.stop()]);
  });

  test("[PP9] a leaf that knows only its bare address is given its signed ad, and uses it", async () => {
    const supernodes = async (): Promise<never[]> => [];
    const member = createMember(person(), { warm: 1, supernodes, directPolicy: () => "deny" });
    const [supernode] = world.supernodes;
    const starting = member.network.start(deadline());
    if (supernode === undefined) throw new Error("a supernode");
    member.network.hint(["not an address", `${supernode.addresses()[0]}/p2p/${peerIdOf(supernode.id)}`]);
    await starting;
    expect(member.via().map((via) => via.supernode)).toEqual([supernode.id]);
    await member.network.stop();
  });

  test("[PP4] while nothing can be reached a leaf stays joining, until its signal ends", async () => {
    const lonely = await world.join();
    await world.crash(lonely);
    const outcome = await lonely.network.start(AbortSignal.timeout(1_200)).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(DOMException);
    expect(isNetworkError(outcome)).toBe(false);
    expect(lonely.events.map((event) => (event.name === "net.status" ? event.status : ""))).toContain("joining");
    expect(lonely.network.status.value.kind).toBe("stopped");
  });
});

test("[PP29] with different homes a presence is found through the DHT, and the dial visits the other's supernode", async () => {
  const world = await createP2pWorld({ supernodes: 2, warm: 1 });
  try {
    const alice = await online(world, 1);
    let bob = await online(world, 1);
    while (bob.via()[0]?.supernode === alice.via()[0]?.supernode) {
      await bob.network.stop();
      bob = await online(world, 1);
    }
    bob.network.listen(CHAT, () => {});
    const channel = await chat(alice, bob);
    expect(channel.path.value).toEqual({ kind: "relayed", by: bob.via()[0]?.supernode });
  } finally {
    await world.dispose();
  }
});

test("[PP81] a leaf that a full supernode turns away hears from it of others, and goes there", async () => {
  const world = await createP2pWorld({ supernodes: 1, maxReservations: 1, warm: 1 });
  const full = world.supernodes[0];
  if (full === undefined) throw new Error("a supernode");
  const first = await online(world, 1);
  const late = createMember(person(), {
    warm: 1,
    supernodes: async () => [checkedAd(full.ad())],
    directPolicy: () => "deny",
  });
  const other = await world.grow();
  while (full.status().roster === 0) await Promise.all([full.meetNeighbours(), other.meetNeighbours()]);
  await late.network.start(deadline());
  expect(late.via().map((via) => via.supernode)).toEqual([other.id]);
  await Promise.all([first.network.stop(), late.network.stop(), other.stop()]);
  await world.dispose();
});
