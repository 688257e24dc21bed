import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { keyFromId } from "@skein/core";
import { createArrivals } from "@skein/testkit";
import { INDEX_PROTOCOL, indexRequest } from "@skein/wire";
import * as lengthPrefixed from "it-length-prefixed";
import { afterEach, expect, test } from "vitest";
import { createFloodWorld, during, type FloodWorld, reaches } from "../../test/flood-world.ts";
import { kadMessage, sayKad } from "../../test/kad-message.ts";
import { person, presenceOf } from "../../test/people.ts";
import { openFrames } from "../frames.ts";
import { openIndexClient } from "../index-client.ts";
import { MAX_INDEX_FRAME_BYTES } from "../specification.ts";
import { boundUnsent, encryptedStreamOf } from "./libp2p-insides.ts";
import { ADDRESS_LIMITS, DHT_WRITES, HANDSHAKE_TIMEOUT_MS, MAX_UNSENT_BYTES } from "./limits.ts";
import { presenceKey } from "./record-validator.ts";

const COUNTED = { ...ADDRESS_LIMITS, counted: "all" } as const;
/** Of a hundred requests of honest people, those that must succeed in a flood. */
const MOST = 0.95;

let world: FloodWorld | undefined;
afterEach(async () => {
  await world?.dispose();
  world = undefined;
});

async function floodWorld(limits = {}): Promise<FloodWorld> {
  world = await createFloodWorld({ ...COUNTED, ...limits });
  return world;
}

test("[PG1] twenty leaves behind one NAT are all served", async () => {
  const { honest, supernode } = await floodWorld();
  const office = await honest(20, "127.0.0.3");
  expect(office.map(({ network }) => network.status.value.kind)).toEqual(office.map(() => "online"));
  expect(supernode.status()).toMatchObject({ reservations: 20, refused: {} });
}, 60_000);

test("[PG1] [PG8] a thousand that want relay slots from one address get few, and nobody else loses any", async () => {
  const { attacker, honest, supernode } = await floodWorld({ reservations: 8, burst: 40, perSecond: 1 });
  const people = await honest(4);
  const attackers = await Promise.all(Array.from({ length: 25 }, attacker));
  const wave = async (): Promise<unknown> =>
    Promise.allSettled(
      attackers.map(async (each) => {
        const connection = await each.connect(supernode);
        await each.reservations.addRelay(connection.remotePeer, "configured");
      }),
    );
  expect(await during(people, 40, wave)).toBeGreaterThanOrEqual(MOST);
  const { refused, reservations } = supernode.status();
  expect(reservations).toBeLessThanOrEqual(people.length + 8);
  expect(refused["address-rate"]).toBeGreaterThanOrEqual(1_000 - 40);
  expect(refused["address-reservations"]).toBeGreaterThan(0);
  const [one, other] = people;
  if (one === undefined || other === undefined) throw new Error("two people");
  expect(await reaches(one, other)).toBe(true);
}, 60_000);

test("[PG5] [PG8] a storm of DHT writes stops at its allowance, and what we keep stays bounded", async () => {
  const { attacker, honest, supernode } = await floodWorld();
  const people = await honest(4);
  const connection = await (await attacker()).connect(supernode);
  const puts = Array.from({ length: 10 }, () => {
    const presence = presenceOf(person(), { sequence: 1 });
    return kadMessage("put", presenceKey(presence.device), presence.bytes);
  });
  // More than ten streams on a connection that has just begun would end it.
  const [put = new Uint8Array()] = puts;
  expect(await sayKad(connection, put)).toBe(true);
  let taken = 1;
  const storm = async (): Promise<void> => {
    const answers = await Promise.all([...puts, ...puts, ...puts].map((put) => sayKad(connection, put)));
    taken += answers.filter((each) => each).length;
  };
  const before = supernode.status().records - 1;
  expect(await during(people, 15, storm)).toBeGreaterThanOrEqual(MOST);
  expect(taken).toBe(DHT_WRITES.burst);
  expect(supernode.status()).toMatchObject({ records: before + 10, refused: { "rate-dht": 451 - DHT_WRITES.burst } });
  // From another key at the same address it is no better, and what nobody needs is not kept at all.
  const again = await (await attacker()).connect(supernode);
  expect(await sayKad(again, put)).toBe(false);
  const provider = kadMessage("add-provider", new Uint8Array(34), new Uint8Array(8));
  expect(await sayKad(again, provider)).toBe(false);
  expect(supernode.status().refused["dht-kind"]).toBe(1);
}, 60_000);

test("[PG6] [PG8] frames that claim to be too long end at their length, whatever the protocol", async () => {
  const { attacker, honest, port, supernode } = await floodWorld();
  const people = await honest(2);
  const raw = await attacker();
  const connection = await raw.connect(supernode);
  // 4 MiB as a varint, then bytes.
  const claim = Uint8Array.from([0x80, 0x80, 0x80, 0x02, ...new Uint8Array(1024)]);
  const protocols = ["/skein/kad/1.0.0", "/libp2p/circuit/relay/0.2.0/hop", "/skein/index/1", "/ipfs/id/push/1.0.0"];
  const attack = async (wave: number): Promise<void> => {
    const stream = await connection.newStream(protocols[wave % protocols.length] ?? "", {
      signal: AbortSignal.timeout(5_000),
    });
    const closed = once(stream as unknown as EventTarget, "close");
    try {
      stream.send(claim);
    } catch {
      // It was reset already.
    }
    await closed;
  };
  expect(await during(people, 12, attack)).toBeGreaterThanOrEqual(MOST);
  expect(supernode.status().refused.oversize).toBe(6);
  // A stranger's WebSocket message of 1 MiB, before any handshake: its head is enough.
  const socket = await upgraded(port);
  const head = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 1, 2, 3, 4]);
  socket.write(head);
  await once(socket, "close");
  // And one that is not masked, which RFC 6455 forbids.
  const other = await upgraded(port);
  other.write(Buffer.from([0x82, 0x01, 0]));
  await once(other, "close");
  expect(supernode.status().refused).toMatchObject({ oversize: 7, "bad-frame": 1 });
}, 60_000);

test("[PG7] [PG8] who asks for much and reads none of it loses its index stream at a bound", async () => {
  const { attacker, door, honest, supernode } = await floodWorld();
  const people = await honest(2);
  const friends = Array.from({ length: 20 }, () => presenceOf(person(), { sequence: 1, via: LONG_VIAS }));
  const helper = await (await attacker()).connect(supernode);
  const index = await openIndexClient(helper, { onPush: () => {}, onEnd: () => {} }, AbortSignal.timeout(10_000));
  for (const friend of friends) await index.ask({ kind: "keep", presence: friend.bytes });
  const way = await door();
  const slow = await (await attacker()).connect({
    id: supernode.id,
    addresses: () => [`/ip4/127.0.0.1/tcp/${way.port}/ws`],
  });
  const stream = await slow.newStream(INDEX_PROTOCOL, { signal: AbortSignal.timeout(10_000) });
  const frames = openFrames(stream, MAX_INDEX_FRAME_BYTES);
  const users = friends.map((friend) => keyFromId(friend.user));
  await frames.send(indexRequest.encode({ kind: "watch", id: 1, users }));
  way.stall();
  const attack = async (wave: number): Promise<void> => {
    for (let id = 2; id < 7; id += 1)
      stream.send(framed(indexRequest.encode({ kind: "watch", id: 5 * wave + id, users })));
  };
  expect(await during(people, 18, attack)).toBeGreaterThanOrEqual(MOST);
  expect(supernode.status()).toMatchObject({ watchers: 0, refused: { "slow-reader": 1 } });
}, 60_000);

test("[PG7] a connection whose peer does not read is ended at a bound, whatever is sent on it", async () => {
  const { attacker, door, supernode } = await floodWorld();
  const way = await door();
  const addresses = (): readonly string[] => [`/ip4/127.0.0.1/tcp/${way.port}/ws`];
  // The bound is set on our end of a real connection here, and the supernode's end is stalled.
  const connection = await (await attacker()).connect({ id: supernode.id, addresses });
  const ended = Promise.withResolvers<string>();
  const stream = encryptedStreamOf(connection);
  boundUnsent(stream, MAX_UNSENT_BYTES, () => ended.resolve("bound"));
  way.stall("inner");
  let most = 0;
  for (let count = 0; count < 400 && connection.status === "open"; count += 1) {
    stream.send(PINGS);
    most = Math.max(most, stream.writeBufferLength);
  }
  expect(await ended.promise).toBe("bound");
  expect(most).toBeLessThanOrEqual(MAX_UNSENT_BYTES);
}, 60_000);

test("[PG4] [PG8] a flood of the muxer's pings ends its connection and nobody else's", async () => {
  const { attacker, honest, supernode } = await floodWorld();
  const people = await honest(2);
  const raws = await Promise.all([attacker(), attacker()]);
  const attack = async (wave: number): Promise<void> => {
    const connection = await raws[wave % 2]?.connect(supernode);
    if (connection === undefined) return;
    const closed = new Promise<void>((resolve) => connection.addEventListener("close", () => resolve()));
    // Ours would end a connection on which answers come that it did not ask for.
    (connection as unknown as BareConnection).muxer.handlePing = () => {};
    encryptedStreamOf(connection).send(PINGS);
    await closed;
  };
  expect(await during(people, 10, attack)).toBeGreaterThanOrEqual(MOST);
  expect(supernode.status()).toMatchObject({ connections: 2, unsentBytes: 0 });
  expect(supernode.status().refused["rate-protocol"]).toBe(10);
}, 60_000);

test("[PG1] [PG3] [PG8] half-open connections of one address are few, told why, and end", async () => {
  const { clock, honest, port, supernode } = await floodWorld({ halfOpen: 16, burst: 250 });
  const people = await honest(3);
  const ended = createArrivals<string>();
  const silent = (index: number): void => {
    const socket = connect({ port, host: "127.0.0.1" });
    if (index % 3 === 1) socket.write("GET / HTTP/1.1\r\n");
    if (index % 3 === 2) socket.write(UPGRADE);
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", () => {});
    socket.on("close", () => ended.push(text));
  };
  const answers: string[] = [];
  const flood = async (wave: number): Promise<void> => {
    for (let index = 0; index < 30; index += 1) silent(index);
    // The first sixteen are held.
    while (answers.length < 30 * (wave + 1) - 16) answers.push(await ended.next());
  };
  expect(await during(people, 10, flood)).toBeGreaterThanOrEqual(MOST);
  expect(supernode.status()).toMatchObject({ halfOpen: 16, reservations: people.length });
  expect(supernode.status().refused).toEqual({ "address-half-open": 250 - 16, "address-rate": 50 });
  expect(answers.filter((each) => each.startsWith("HTTP/1.1 429 ")).length).toBeGreaterThan(0);
  await clock.advance(HANDSHAKE_TIMEOUT_MS);
  for (let left = 16; left > 0; left -= 1) await ended.next();
  expect(supernode.status()).toMatchObject({ halfOpen: 0, reservations: people.length, refused: { "half-open": 16 } });
}, 60_000);

test("[PG4] [PG8] a peer that opens a protocol too often is refused, and speaks the others as before", async () => {
  const { attacker, supernode } = await floodWorld();
  const raw = await attacker();
  const connection = await raw.connect(supernode);
  const outcomes: string[] = [];
  for (let count = 0; count < 20; count += 1)
    outcomes.push(
      await raw.identify(connection).then(
        () => "answered",
        () => "refused",
      ),
    );
  expect(outcomes.filter((each) => each === "answered")).toHaveLength(16);
  expect(supernode.status().refused["rate-protocol"]).toBe(4);
  await raw.reservations.addRelay(connection.remotePeer, "configured");
  expect(supernode.status().reservations).toBe(1);
});

/** As long as a presence has room for: much to send for little asked. */
const LONG_VIAS = [1, 2, 3].map((each) => ({
  supernode: person().device,
  addresses: [`/dns4/${"a".repeat(60)}.example/tcp/${each}/tls/ws`],
}));

function framed(message: Uint8Array): Uint8Array {
  return lengthPrefixed.encode.single(message).subarray();
}

/** Five thousand pings that want an answer (yamux spec: version, type 2, flag SYN, stream 0, value). */
const PINGS = Uint8Array.from(Array.from({ length: 5_000 }, () => [0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]).flat());

interface BareConnection {
  readonly muxer: { handlePing: () => void };
}

const UPGRADE = [
  "GET / HTTP/1.1",
  "Host: skein",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
  "\r\n",
].join("\r\n");

/** A bare WebSocket to a port of loopback. */
async function upgraded(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.write(UPGRADE);
  await once(socket, "data");
  return socket;
}
