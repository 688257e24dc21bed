import { multiaddr } from "@multiformats/multiaddr";
import { type Channel, type DeviceId, type SkeinEvent, until } from "@skein/core";
import { arrivingChannels, readChannel } from "@skein/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createP2pWorld, type P2pMember, type P2pWorld } from "../test/p2p-world.ts";
import { presenceOf } from "../test/people.ts";
import { startRawLeaf } from "../test/raw-leaf.ts";
import { relayedAddress } from "./addresses.ts";
import type { DirectPolicy } from "./direct-paths.ts";
import { openIndexClient } from "./index-client.ts";
import { toNetworkError } from "./network-errors.ts";
import { peerIdOf } from "./peer-id.ts";
import { SIGNALLING_PROTOCOL } from "./specification.ts";

const CHAT = "/skein/chat/1";
const CALL = "/skein/call/1";
const deadline = (): AbortSignal => AbortSignal.timeout(20_000);

describe("direct paths", () => {
  /** Pairs that allow each other: written by the tests, read by every member's policy. */
  const allowed = new Set<string>();
  const allow = (from: P2pMember, to: P2pMember): void => void allowed.add(`${from.network.self} ${to.network.self}`);
  const policy =
    (self: DeviceId): DirectPolicy =>
    (device) =>
      allowed.has(`${self} ${device}`) ? "allow" : "deny";
  let world: P2pWorld;
  beforeAll(async () => {
    world = await createP2pWorld({ supernodes: 1, directPolicy: policy });
  });
  afterAll(() => world.dispose());

  async function online(): Promise<P2pMember> {
    const member = await world.join();
    await member.network.start(deadline());
    return member;
  }
  async function dial(from: P2pMember, to: P2pMember, protocol: typeof CHAT | typeof CALL): Promise<Channel> {
    await from.network.directory.find(to.account.user, deadline());
    return from.network.dial(to.network.self, protocol, deadline());
  }
  const upgrades = (member: P2pMember): readonly SkeinEvent[] =>
    member.events.filter((event) => event.name === "net.upgrade");

  test("[PP39] between two who allow it the path becomes direct; chat moves there, a call stays where it is", async () => {
    const [alice, bob] = [await online(), await online()];
    allow(alice, bob);
    allow(bob, alice);
    const [chats, calls] = [arrivingChannels(bob.network, CHAT), arrivingChannels(bob.network, CALL)];
    const call = await dial(alice, bob, CALL);
    const chat = await dial(alice, bob, CHAT);
    const sent = chat.send(Uint8Array.of(1));
    const far = await chats.next();
    expect(await readChannel(far).next()).toEqual(Uint8Array.of(1));
    await sent;
    expect(await chat.closed).toBe("superseded");
    expect(await far.closed).toBe("superseded");
    const next = await alice.network.dial(bob.network.self, CHAT, deadline());
    expect(next.path.value).toEqual({ kind: "direct" });
    const nextFar = await chats.next();
    expect(nextFar.path.value).toEqual({ kind: "direct" });
    await next.send(Uint8Array.of(2));
    expect(await readChannel(nextFar).next()).toEqual(Uint8Array.of(2));
    const callFar = await calls.next();
    await call.send(Uint8Array.of(3));
    expect(await readChannel(callFar).next()).toEqual(Uint8Array.of(3));
    expect(call.path.value.kind).toBe("relayed");
    expect(upgrades(alice)).toEqual([expect.objectContaining({ outcome: "direct", peer: bob.network.self })]);

    // The other side uses it too, without an upgrade of its own.
    alice.network.listen(CHAT, () => {});
    expect((await dial(bob, alice, CHAT)).path.value).toEqual({ kind: "direct" });
    expect(upgrades(bob)).toEqual([]);

    await Promise.all([alice.network.stop(), bob.network.stop()]);
  });

  test("[PP42] when it is no longer allowed, the next dial drops the direct connection and is relayed", async () => {
    const [alice, bob] = [await online(), await online()];
    allow(alice, bob);
    allow(bob, alice);
    bob.network.listen(CHAT, () => {});
    expect(await (await dial(alice, bob, CHAT)).closed).toBe("superseded");
    const direct = await alice.network.dial(bob.network.self, CHAT, deadline());
    expect(direct.path.value.kind).toBe("direct");
    allowed.clear();
    const relayed = await alice.network.dial(bob.network.self, CHAT, deadline());
    expect(relayed.path.value.kind).toBe("relayed");
    expect(await direct.closed).toBe("lost");
    await Promise.all([alice.network.stop(), bob.network.stop()]);
  });

  test("[PP40] allowed by one side only: the upgrade fails, the relayed channel goes on, and it is not tried again soon", async () => {
    const [alice, bob] = [await online(), await online()];
    allow(alice, bob);
    const chats = arrivingChannels(bob.network, CHAT);
    const chat = await dial(alice, bob, CHAT);
    const far = readChannel(await chats.next());
    while (upgrades(alice).length === 0) {
      await chat.send(Uint8Array.of(1));
      expect(await far.next()).toEqual(Uint8Array.of(1));
    }
    expect(upgrades(alice)).toEqual([expect.objectContaining({ outcome: "failed" })]);
    const second = await alice.network.dial(bob.network.self, CHAT, deadline());
    expect(second.path.value.kind).toBe("relayed");
    await chat.send(Uint8Array.of(2));
    expect(await far.next()).toEqual(Uint8Array.of(2));
    expect(upgrades(alice).length).toBe(1);
    await Promise.all([alice.network.stop(), bob.network.stop()]);
  });

  test("[PP37] a stranger's signalling is reset before a byte is read or sent: no candidate, no address", async () => {
    const bob = await online();
    const [supernode] = world.supernodes;
    const raw = await startRawLeaf();
    try {
      if (supernode === undefined) throw new Error("a supernode");
      const { remoteAddr } = await raw.connect(supernode);
      const through = relayedAddress(remoteAddr, bob.network.self);
      const connection = await raw.parts.transportManager.dial(through, { signal: deadline() });
      const stream = await connection.newStream(SIGNALLING_PROTOCOL, {
        signal: deadline(),
        runOnLimitedConnection: true,
      });
      let bytes = 0;
      stream.addEventListener("message", (event) => {
        bytes += event.data.byteLength;
      });
      const ended = new Promise<void>((resolve) => {
        stream.addEventListener("close", () => resolve());
        if (stream.status !== "open") resolve();
      });
      await ended;
      expect(stream.status).toBe("reset");
      expect(bytes).toBe(0);
    } finally {
      await raw.stop();
    }
  });

  test("[PP38] to one who is not allowed no signalling is ever opened", async () => {
    const [supernode] = world.supernodes;
    const alice = await online();
    const callee = await world.join();
    const self = await startRawLeaf(callee.account.deviceKey);
    try {
      if (supernode === undefined) throw new Error("a supernode");
      const account = callee.account;
      const connection = await self.connect(supernode);
      await self.reservations.addRelay(peerIdOf(supernode.id), "configured");
      const index = await openIndexClient(connection, { onPush: () => {}, onEnd: () => {} }, deadline());
      const via = [{ supernode: supernode.id, addresses: supernode.addresses() }];
      await index.ask({ kind: "put", presence: presenceOf(account, { sequence: Date.now(), via }).bytes });
      let signalled = 0;
      const { handler, options } = self.parts.registrar.getHandler(SIGNALLING_PROTOCOL);
      await self.parts.registrar.handle(
        SIGNALLING_PROTOCOL,
        (stream, from) => {
          signalled += 1;
          return handler(stream, from);
        },
        { ...options, force: true },
      );
      const heard = Promise.withResolvers<void>();
      await self.node.handle(CHAT, (stream) => stream.addEventListener("close", () => heard.resolve()), {
        runOnLimitedConnection: true,
      });
      const channel = await dial(alice, callee, CHAT);
      expect(channel.path.value.kind).toBe("relayed");
      await channel.close("done");
      await heard.promise;
      expect([signalled, upgrades(alice).length]).toEqual([0, 0]);
    } finally {
      await Promise.all([self.stop(), alice.network.stop()]);
    }
  });

  test("[PP7] identify of a leaf names no address at all, neither to supernodes nor to peers", async () => {
    const bob = await online();
    const [supernode] = world.supernodes;
    const raw = await startRawLeaf();
    try {
      if (supernode === undefined) throw new Error("a supernode");
      const { remoteAddr } = await raw.connect(supernode);
      const through = relayedAddress(remoteAddr, bob.network.self);
      const connection = await raw.parts.transportManager.dial(through, { signal: deadline() });
      const result = await raw.identify(connection);
      expect(result.listenAddrs).toEqual([]);
      expect(result.signedPeerRecord).toBeUndefined();
    } finally {
      await raw.stop();
    }
  });

  test("[PP8] libp2p dials nothing by itself: an address a peer claims is never tried", async () => {
    const raw = await startRawLeaf();
    const [supernode] = world.supernodes;
    try {
      if (supernode === undefined) throw new Error("a supernode");
      const peer = peerIdOf(supernode.id);
      await raw.node.peerStore.merge(peer, { multiaddrs: supernode.addresses().map((text) => multiaddr(text)) });
      await expect(raw.node.dial(peer)).rejects.toMatchObject({ name: "DialDeniedError" });
      await expect(raw.connect(supernode)).resolves.toMatchObject({ status: "open" });
    } finally {
      await raw.stop();
    }
  });

  test("[PP43] a supernode that cannot prove the key its ad names is not used", async () => {
    const raw = await startRawLeaf();
    const [supernode] = world.supernodes;
    const other = await world.join();
    try {
      if (supernode === undefined) throw new Error("a supernode");
      const wrong = { id: other.network.self, addresses: supernode.addresses };
      const outcome = await raw.connect(wrong as typeof supernode).catch((error: unknown) => error);
      expect(toNetworkError(outcome).code).toBe("peer-mismatch");
    } finally {
      await raw.stop();
    }
  });

  test("[PP17] availability reaches those who watch", async () => {
    const [alice, bob] = [await online(), await online()];
    const away = new Promise<void>((resolve) => {
      alice.network.directory.watch([bob.account.user], (change) => {
        if (change.kind === "presence" && change.presence.availability === "away") resolve();
      });
    });
    bob.network.setAvailability("away");
    await away;
    await until(alice.network.status, (now) => now.kind === "online", deadline());
    await Promise.all([alice.network.stop(), bob.network.stop()]);
  });
});
