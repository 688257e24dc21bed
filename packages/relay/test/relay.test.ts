import { createSocket } from "node:dgram";
import { once } from "node:events";
import { systemClock, systemRandom } from "@skein/core";
import { createHandClock, type HandClock } from "@skein/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { encodeChannelData } from "../src/channel-data.ts";
import { type Relay, type RelayOptions, startRelay } from "../src/index.ts";
import { ATTRIBUTE, METHOD } from "../src/specification.ts";
import { attributeValue } from "../src/stun-message.ts";
import type { TransportAddress } from "../src/transport-address.ts";
import {
  address,
  addressOf,
  buildRequest,
  channelNumber,
  credentialFor,
  errorCode,
  lifetime,
  lifetimeOf,
  peer,
  REALM,
  readMessage,
  SECRET,
  sendIndication,
  UDP,
} from "./requests.ts";
import { type Ear, openEar, openTurnClient, type TurnClient } from "./turn-client.ts";

const LOOPBACK = "127.0.0.1";
const HELLO = Buffer.from("hello");
const PEERS_HERE: Partial<RelayOptions> = { peers: { kind: "public-and", networks: ["127.0.0.0/8"] } };

interface Stage {
  readonly relay: Relay;
  readonly server: TransportAddress;
  readonly clock: HandClock;
  client(id?: string): Promise<TurnClient>;
  ear(): Promise<Ear>;
}

/** A relay on loopback with a clock moved by hand; everything is closed when the test ends. */
async function stage(options: Partial<RelayOptions> = {}): Promise<Stage> {
  const clock = createHandClock();
  const relay = await startRelay(
    { listenAddress: LOOPBACK, listenPort: 0, relayedAddress: LOOPBACK, realm: REALM, secret: SECRET, ...options },
    { clock, random: systemRandom },
  );
  onTestFinished(() => relay.close());
  const server = address(LOOPBACK, relay.port);
  const closing = <T extends Ear>(ear: T): T => {
    onTestFinished(() => ear.close());
    return ear;
  };
  return {
    relay,
    server,
    clock,
    client: async (id = "alice") => closing(await openTurnClient(server, credentialFor(id, clock.now() + 86_400_000))),
    ear: async () => closing(await openEar()),
  };
}

/** Says whether nobody holds this UDP port now. */
async function isFree(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  try {
    socket.bind(port, LOOPBACK);
    await once(socket, "listening");
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

describe("a relay on real sockets", () => {
  test("[TU4] Binding is answered with the address of the asking socket", async () => {
    const { client } = await stage();
    const asking = await client();
    expect(addressOf(await asking.ask(METHOD.binding), ATTRIBUTE.xorMappedAddress)).toEqual(asking.address);
  });

  test("[TU32] channel data reaches a peer's socket and comes back, padded or not", async () => {
    const { client, ear, server } = await stage(PEERS_HERE);
    const [alice, bob] = [await client(), await ear()];
    const relayed = await alice.allocate();
    expect(errorCode(await alice.ask(METHOD.channelBind, [channelNumber(0x4000), peer(bob.address)]))).toBeUndefined();
    for (const payload of [HELLO, encodeChannelData(0x4000, HELLO), Buffer.alloc(0), Buffer.alloc(1400, 7)]) {
      alice.send(Buffer.concat([encodeChannelData(0x4000, payload), Buffer.alloc(payload.length % 4)]), server);
      expect(await bob.next()).toEqual({ bytes: payload, port: relayed.port });
      bob.send(payload, relayed);
      expect((await alice.next()).bytes).toEqual(encodeChannelData(0x4000, payload));
    }
  });

  test("[TU34] [TU33] a peer's packet that looks like channel data arrives intact in a Data indication", async () => {
    const { client, ear, server } = await stage(PEERS_HERE);
    const [alice, bob] = [await client(), await ear()];
    const relayed = await alice.allocate();
    await alice.ask(METHOD.createPermission, [peer(bob.address)]);
    alice.send(sendIndication(bob.address, HELLO), server);
    expect((await bob.next()).bytes).toEqual(HELLO);
    const lookalike = encodeChannelData(0x4001, HELLO);
    bob.send(lookalike, relayed);
    const indication = readMessage((await alice.next()).bytes);
    expect(attributeValue(indication, ATTRIBUTE.data)).toEqual(lookalike);
    expect(addressOf(indication, ATTRIBUTE.xorPeerAddress)).toEqual(bob.address);
  });

  test("[TU35] two relays on one server reach each other, even where loopback is no peer", async () => {
    const { client, server, relay } = await stage();
    const [alice, bob] = [await client("alice"), await client("bob")];
    const [aliceRelay, bobRelay] = [await alice.allocate(), await bob.allocate()];
    await alice.ask(METHOD.channelBind, [channelNumber(0x4000), peer(bobRelay)]);
    await bob.ask(METHOD.channelBind, [channelNumber(0x4abc), peer(aliceRelay)]);
    alice.send(encodeChannelData(0x4000, HELLO), server);
    expect((await bob.next()).bytes).toEqual(encodeChannelData(0x4abc, HELLO));
    bob.send(encodeChannelData(0x4abc, HELLO), server);
    expect((await alice.next()).bytes).toEqual(encodeChannelData(0x4000, HELLO));
    expect(relay.stats()).toMatchObject({ allocations: 2, packetsToPeers: 2, packetsToClients: 2, bytesToPeers: 10 });
  });

  test.each([
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
  ])("[TU25] on the public internet, %s is forbidden", async (host) => {
    const { client } = await stage({ relayedAddress: "203.0.113.1" });
    const alice = await client();
    await alice.allocate();
    expect(errorCode(await alice.ask(METHOD.createPermission, [peer(address(host, 9000))]))).toBe(403);
    expect(errorCode(await alice.ask(METHOD.channelBind, [channelNumber(0x4000), peer(address(host, 9000))]))).toBe(
      403,
    );
  });

  test("[TU27] no client reaches the listening port through the relay", async () => {
    const { client, server } = await stage(PEERS_HERE);
    const alice = await client();
    await alice.allocate();
    expect(errorCode(await alice.ask(METHOD.channelBind, [channelNumber(0x4000), peer(server)]))).toBe(403);
  });

  test("[TU22] a refreshed allocation relays on past its first life and ends with the new one", async () => {
    const { client, ear, clock, relay } = await stage(PEERS_HERE);
    const [alice, bob] = [await client(), await ear()];
    const relayed = await alice.allocate();
    await clock.advance(590_000);
    expect(lifetimeOf(await alice.ask(METHOD.refresh, [lifetime(900)]))).toBe(900);
    await clock.advance(899_000);
    await alice.ask(METHOD.createPermission, [peer(bob.address)]);
    bob.send(HELLO, relayed);
    expect(attributeValue(readMessage((await alice.next()).bytes), ATTRIBUTE.data)).toEqual(HELLO);
    await clock.advance(1000);
    expect(relay.stats().allocations).toBe(0);
    expect(errorCode(await alice.ask(METHOD.refresh))).toBe(437);
  });

  test("[TU12] a stale nonce is answered 438 and the new one serves", async () => {
    const { client, clock } = await stage();
    const alice = await client();
    await alice.ask(METHOD.allocate, [UDP]);
    await clock.advance(3_600_001);
    expect(errorCode(await alice.ask(METHOD.allocate, [UDP]))).toBe(438);
    expect(errorCode(await alice.ask(METHOD.allocate, [UDP]))).toBeUndefined();
    expect(errorCode(await alice.ask(METHOD.allocate, [UDP]))).toBe(437);
  });

  test("[TU39] thirty allocations ended one by one leave no socket and no timer behind", async () => {
    const { client, clock, relay } = await stage();
    const ports: number[] = [];
    const alice = await client();
    for (let round = 0; round < 30; round++) {
      ports.push((await alice.allocate()).port);
      expect(lifetimeOf(await alice.ask(METHOD.refresh, [lifetime(0)]))).toBe(0);
    }
    expect(relay.stats().allocations).toBe(0);
    for (const port of ports) expect(await isFree(port), `port ${port}`).toBe(true);
    await clock.advance(600_000);
    expect(clock.waiting).toBe(0);
  });

  test("[TU39] relayed ports lie in the range given, and a range in use is answered 508", async () => {
    const held = createSocket("udp4").bind(0, LOOPBACK);
    await once(held, "listening");
    onTestFinished(() => void held.close());
    const { port } = held.address();
    const { client } = await stage({ relayPorts: { kind: "range", min: port, max: port } });
    const alice = await client();
    await alice.ask(METHOD.allocate, [UDP]);
    expect(errorCode(await alice.ask(METHOD.allocate, [UDP]))).toBe(508);
    const other = await stage();
    expect((await (await other.client()).allocate()).port).toBeGreaterThanOrEqual(49_152);
  });

  test.each(["range", "ephemeral"] as const)("[TU18] an even port is given when asked for, from a %s", async (kind) => {
    const { client } = await stage(kind === "ephemeral" ? { relayPorts: { kind } } : {});
    const evenPort = { type: ATTRIBUTE.evenPort, value: Buffer.from([0]) };
    const alice = await client();
    for (let round = 0; round < 10; round++) {
      expect((await alice.allocate([UDP, evenPort])).port % 2).toBe(0);
      await alice.ask(METHOD.refresh, [lifetime(0)]);
    }
  });

  test("[TU40] listening on all addresses, each answers by itself, and clients of different ones are told apart", async () => {
    const { relay, client, server } = await stage({ listenAddress: "0.0.0.0", ...PEERS_HERE });
    expect(relay.addresses).toContain(LOOPBACK);
    const alice = await client();
    await alice.allocate();
    alice.send(buildRequest(METHOD.binding, []), server);
    expect((await alice.next()).port).toBe(server.port);
    expect(relay.stats().allocations).toBe(1);
  });

  test("[TU40] close frees every port and may be called twice", async () => {
    const { relay, client } = await stage();
    const relayed = await (await client()).allocate();
    await Promise.all([relay.close(), relay.close()]);
    expect([await isFree(relay.port), await isFree(relayed.port)]).toEqual([true, true]);
  });

  test("[TU40] a taken port, an address that is not IPv4 and a bad network are told by rejecting, and nothing stays open", async () => {
    const { relay } = await stage();
    const start = (options: Partial<RelayOptions>) =>
      startRelay(
        { listenAddress: LOOPBACK, listenPort: 0, relayedAddress: LOOPBACK, realm: REALM, secret: SECRET, ...options },
        { clock: systemClock, random: systemRandom },
      );
    await expect(start({ listenPort: relay.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await expect(start({ relayedAddress: "relay.example" })).rejects.toThrow(RangeError);
    await expect(start({ listenAddress: "::" })).rejects.toThrow(RangeError);
    const free = await stage();
    await free.relay.close();
    const bad = start({ listenPort: free.relay.port, peers: { kind: "public-and", networks: ["10.0.0.0"] } });
    await expect(bad).rejects.toThrow(RangeError);
    await expect.poll(() => isFree(free.relay.port)).toBe(true);
  });
});
