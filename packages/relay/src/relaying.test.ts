import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createDesk,
  type Desk,
  type DeskOptions,
  LISTEN_PORT,
  RELAYED_IP,
  type Seat,
  START_MS,
} from "../test/machine-desk.ts";
import {
  address,
  addressOf,
  channelNumber,
  credentialFor,
  lifetime,
  peer,
  readMessage,
  sendIndication,
} from "../test/requests.ts";
import { RFC5769 } from "../test/vectors/rfc5769.ts";
import { encodeChannelData } from "./channel-data.ts";
import type { RelayOutput } from "./relay-state.ts";
import { ATTRIBUTE, METHOD } from "./specification.ts";
import { attributeValue } from "./stun-message.ts";
import type { TransportAddress } from "./transport-address.ts";

const ALICE = address("198.51.100.1", 4000);
const BOB = address("198.51.100.2", 4000);
const PEER = address("198.51.100.50", 9000);
const HELLO = Buffer.from("hello");
const CHANNEL = 0x4000;

function withAllocation(options: DeskOptions = {}): { desk: Desk; seat: Seat } {
  const desk = createDesk(options);
  const seat = desk.seat(ALICE);
  seat.allocate();
  return { desk, seat };
}

function withChannel(options: DeskOptions = {}): { desk: Desk; seat: Seat } {
  const made = withAllocation(options);
  made.seat.ask(METHOD.channelBind, [channelNumber(CHANNEL), peer(PEER)]);
  return made;
}

const toPeer = (bytes: Buffer, to: TransportAddress = PEER): RelayOutput => ({
  kind: "send-to-peer",
  relay: 1,
  to,
  bytes,
});
const fromPeer = (desk: Desk, bytes: Buffer, from: TransportAddress = PEER) =>
  desk.feed({ kind: "peer-datagram", relay: 1, from, bytes });

describe("channels", () => {
  test("[TU32] channel data goes to the peer, and the peer's packets come back on the channel", () => {
    const { desk, seat } = withChannel();
    expect(seat.send(encodeChannelData(CHANNEL, HELLO))).toEqual([toPeer(HELLO)]);
    expect(seat.hears(fromPeer(desk, HELLO))).toEqual([encodeChannelData(CHANNEL, HELLO)]);
    expect(desk.state.counts).toMatchObject({
      packetsToPeers: 1,
      bytesToPeers: 5,
      packetsToClients: 1,
      bytesToClients: 5,
    });
  });

  test("[TU32] padding is not relayed, nothing at all is", () => {
    const { seat } = withChannel();
    expect(seat.send(Buffer.concat([encodeChannelData(CHANNEL, HELLO), Buffer.alloc(3)]))).toEqual([toPeer(HELLO)]);
    expect(seat.send(encodeChannelData(CHANNEL, Buffer.alloc(0)))).toEqual([toPeer(Buffer.alloc(0))]);
  });

  test("[TU32] a length beyond the datagram, an unbound or reserved number, and a stranger's packet are dropped", () => {
    const { desk, seat } = withChannel();
    const short = encodeChannelData(CHANNEL, HELLO).subarray(0, 8);
    for (const bytes of [
      short,
      encodeChannelData(CHANNEL + 1, HELLO),
      encodeChannelData(0x5000, HELLO),
      Buffer.from([0x40, 0, 0]),
    ])
      expect(seat.send(bytes)).toEqual([]);
    expect(desk.seat(BOB).send(encodeChannelData(CHANNEL, HELLO))).toEqual([]);
  });

  test("[TU31] channel data stops with the channel, while the permission lives on", () => {
    const { desk, seat } = withChannel();
    seat.ask(METHOD.refresh, [lifetime(3600)]);
    desk.advance(400_000);
    seat.ask(METHOD.createPermission, [peer(PEER)]);
    desk.advance(200_000);
    expect(seat.send(encodeChannelData(CHANNEL, HELLO))).toEqual([]);
    const [heard] = seat.hears(fromPeer(desk, HELLO));
    expect(readMessage(heard as Buffer).method).toBe(METHOD.data);
  });
});

describe("Send and Data indications", () => {
  test("[TU33] with a permission, data goes to any port of the peer and comes back with the peer's address", () => {
    const { desk, seat } = withAllocation();
    seat.ask(METHOD.createPermission, [peer(PEER)]);
    const otherPort = address(PEER.host, 1);
    expect(seat.send(sendIndication(otherPort, HELLO))).toEqual([toPeer(HELLO, otherPort)]);
    const [heard] = seat.hears(fromPeer(desk, HELLO, otherPort));
    const message = readMessage(heard as Buffer);
    expect(message).toMatchObject({ messageClass: "indication", method: METHOD.data });
    expect(addressOf(message, ATTRIBUTE.xorPeerAddress)).toEqual(otherPort);
    expect(attributeValue(message, ATTRIBUTE.data)).toEqual(HELLO);
  });

  test("[TU33] without permission nothing passes, either way", () => {
    const { desk, seat } = withAllocation();
    expect(seat.send(sendIndication(PEER, HELLO))).toEqual([]);
    expect(fromPeer(desk, HELLO)).toEqual([]);
    expect(desk.state.counts.packetsDropped).toBe(2);
  });

  test("[TU33] without data, peer or port, with DONT-FRAGMENT or an attribute not understood, it is dropped", () => {
    const { seat } = withAllocation();
    seat.ask(METHOD.createPermission, [peer(PEER)]);
    const whole = sendIndication(PEER, HELLO);
    const without = (type: number): Buffer => {
      const bytes = Buffer.from(whole);
      // Renamed to SOFTWARE, which says nothing.
      const at = type === ATTRIBUTE.xorPeerAddress ? 20 : 32;
      bytes.writeUInt16BE(ATTRIBUTE.software, at);
      return bytes;
    };
    expect(seat.send(whole)).toHaveLength(1);
    expect(seat.send(without(ATTRIBUTE.xorPeerAddress))).toEqual([]);
    expect(seat.send(without(ATTRIBUTE.data))).toEqual([]);
    expect(seat.send(sendIndication({ ...PEER, port: 0 }, HELLO))).toEqual([]);
    expect(seat.send(sendIndication(PEER, HELLO, [{ type: ATTRIBUTE.dontFragment, value: Buffer.alloc(0) }]))).toEqual(
      [],
    );
    expect(seat.send(sendIndication(PEER, HELLO, [{ type: 0x7f00, value: Buffer.alloc(0) }]))).toEqual([]);
  });

  test("[TU28] a permission lasts five minutes from the last time it was asked for, for both directions and channels", () => {
    const { desk, seat } = withChannel();
    desk.advance(200_000);
    seat.ask(METHOD.createPermission, [peer(PEER)]);
    desk.advance(299_999);
    expect(seat.send(encodeChannelData(CHANNEL, HELLO))).toHaveLength(1);
    expect(fromPeer(desk, HELLO)).toHaveLength(1);
    desk.advance(1);
    expect(seat.send(encodeChannelData(CHANNEL, HELLO))).toEqual([]);
    expect(seat.send(sendIndication(PEER, HELLO))).toEqual([]);
    expect(fromPeer(desk, HELLO)).toEqual([]);
  });

  test("[TU23] nothing passes once the allocation is over, even when the wake is late", () => {
    const { desk, seat } = withChannel();
    const allocation = desk.state.byRelay.get(1);
    if (allocation === undefined) throw new Error("no allocation");
    allocation.expiresAt = desk.now;
    expect(fromPeer(desk, HELLO)).toEqual([]);
    expect(seat.send(encodeChannelData(CHANNEL, HELLO))).toEqual([{ kind: "close-relay", relay: 1 }]);
  });
});

describe("what is relayed", () => {
  test("[TU34] payload passes unchanged, whatever it looks like", () => {
    const { desk, seat } = withChannel();
    const lookalikes = [encodeChannelData(CHANNEL, HELLO), RFC5769.sampleRequest, Buffer.from([0x40]), Buffer.alloc(0)];
    for (const payload of lookalikes) {
      expect(seat.send(encodeChannelData(CHANNEL, payload))).toEqual([toPeer(payload)]);
      expect(seat.send(sendIndication(PEER, payload))).toEqual([toPeer(payload)]);
      expect(seat.hears(fromPeer(desk, payload))).toEqual([encodeChannelData(CHANNEL, payload)]);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const payload = Buffer.from(bytes);
        expect(seat.hears(fromPeer(desk, payload)).map((heard) => heard.subarray(4))).toEqual([payload]);
      }),
    );
  });

  test("[TU36] payload over the rate is dropped, both directions count together, and time gives it back", () => {
    const { desk, seat } = withChannel({ limits: { relayedBytesPerSecond: 100, relayedBurstBytes: 200 } });
    const hundred = Buffer.alloc(100);
    expect(seat.send(encodeChannelData(CHANNEL, hundred))).toHaveLength(1);
    expect(fromPeer(desk, hundred)).toHaveLength(1);
    expect(seat.send(encodeChannelData(CHANNEL, hundred))).toEqual([]);
    expect(fromPeer(desk, hundred)).toEqual([]);
    desk.advance(999);
    expect(fromPeer(desk, hundred)).toEqual([]);
    desk.advance(1);
    expect(fromPeer(desk, hundred)).toHaveLength(1);
    desk.advance(200_000);
    expect([1, 2, 3].map(() => fromPeer(desk, hundred).length)).toEqual([1, 1, 0]);
    expect(desk.state.counts.packetsDropped).toBe(4);
  });
});

describe("relay to relay", () => {
  /** Alice and Bob with a relay each on one server; ports 50000 and 50001. */
  function pair(options: DeskOptions = {}): { desk: Desk; alice: Seat; bob: Seat } {
    const { desk, seat: alice } = withAllocation(options);
    const bob = desk.seat(BOB, credentialFor("bob", START_MS + 86_400_000));
    bob.allocate();
    return { desk, alice, bob };
  }
  const aliceRelay = address(RELAYED_IP, 50_000);
  const bobRelay = address(RELAYED_IP, 50_001);

  test("[TU35] a packet to another relay of this server is handed over inside, once both permit it", () => {
    const { alice, bob } = pair();
    alice.ask(METHOD.channelBind, [channelNumber(CHANNEL), peer(bobRelay)]);
    expect(alice.send(encodeChannelData(CHANNEL, HELLO))).toEqual([]);
    bob.ask(METHOD.createPermission, [peer(aliceRelay)]);
    const outputs = alice.send(encodeChannelData(CHANNEL, HELLO));
    expect(outputs.map(({ kind }) => kind)).toEqual(["send-to-client"]);
    const [heard] = bob.hears(outputs);
    expect(addressOf(readMessage(heard as Buffer), ATTRIBUTE.xorPeerAddress)).toEqual(aliceRelay);
    expect(attributeValue(readMessage(heard as Buffer), ATTRIBUTE.data)).toEqual(HELLO);
    expect(alice.hears(bob.send(sendIndication(aliceRelay, HELLO)))).toEqual([encodeChannelData(CHANNEL, HELLO)]);
  });

  test("[TU35] clients that came by different addresses of the server reach each other", () => {
    const { desk, seat: alice } = withAllocation();
    const bob = desk.seat(BOB, credentialFor("bob", START_MS + 86_400_000), 3);
    bob.allocate();
    bob.ask(METHOD.createPermission, [peer(aliceRelay)]);
    alice.ask(METHOD.createPermission, [peer(bobRelay)]);
    expect(bob.hears(alice.send(sendIndication(bobRelay, HELLO)))).toHaveLength(1);
  });

  test("[TU27] a permission for the relayed address opens no other port of the machine", () => {
    const { desk, alice } = pair();
    alice.ask(METHOD.createPermission, [peer(bobRelay)]);
    for (const port of [22, LISTEN_PORT, 50_002])
      expect(alice.send(sendIndication(address(RELAYED_IP, port), HELLO))).toEqual([]);
    desk.advance(600_000);
    expect(desk.state.allocations.size).toBe(0);
  });

  test("[TU27] where the policy allows the relayed address, other ports go out by the socket, the listening port does not", () => {
    const { alice } = pair({ peers: { kind: "public-and", networks: [`${RELAYED_IP}/32`] } });
    alice.ask(METHOD.createPermission, [peer(bobRelay)]);
    const open = address(RELAYED_IP, 9000);
    expect(alice.send(sendIndication(open, HELLO))).toEqual([toPeer(HELLO, open)]);
    expect(alice.send(sendIndication(address(RELAYED_IP, LISTEN_PORT), HELLO))).toEqual([]);
  });
});
