import type { Random } from "@skein/core";
import { createSeededRandom, seedFromEnvironment } from "@skein/testkit";
import { describe, expect, test } from "vitest";
import { createDesk, type Desk, type Seat, START_MS } from "../test/machine-desk.ts";
import {
  address,
  addressOf,
  buildRequest,
  channelNumber,
  credentialFor,
  errorCode,
  lifetime,
  peer,
  sendIndication,
  UDP,
} from "../test/requests.ts";
import { RFC5769 } from "../test/vectors/rfc5769.ts";
import { encodeChannelData } from "./channel-data.ts";
import { MAX_KEPT_ANSWERS } from "./defaults.ts";
import { ATTRIBUTE, METHOD } from "./specification.ts";
import { encodeStun } from "./stun-encoding.ts";
import { attributeValue, type StunClass } from "./stun-message.ts";

const ALICE = address("198.51.100.1", 4000);
const PEER = address("198.51.100.50", 9000);

describe("Binding and what is not served", () => {
  test("[TU4] anyone who asks is told the address he is seen at, without credentials", () => {
    const answer = createDesk().seat(ALICE).ask(METHOD.binding);
    expect(answer.messageClass).toBe("success");
    expect(addressOf(answer, ATTRIBUTE.xorMappedAddress)).toEqual(ALICE);
    expect(answer.integrityAt).toBeUndefined();
    expect(answer.bytes.readUInt16BE(answer.bytes.length - 8)).toBe(ATTRIBUTE.fingerprint);
  });

  test("[TU4] the answer repeats the transaction id", () => {
    const transaction = Buffer.from("0123456789ab");
    expect(createDesk().seat(ALICE).ask(METHOD.binding, [], transaction).transaction).toEqual(transaction);
  });

  test("[TU5] attributes that must be understood and are not are listed in a 420, once each", () => {
    const strange = [0x7f01, 0x0002, 0x7f01].map((type) => ({ type, value: Buffer.alloc(2) }));
    const harmless = { type: 0xc057, value: Buffer.alloc(4) };
    for (const method of [METHOD.binding, METHOD.allocate]) {
      const seat = createDesk().seat(ALICE);
      if (method === METHOD.allocate) seat.ask(METHOD.allocate);
      const answer = seat.ask(method, [UDP, harmless, ...strange]);
      expect(errorCode(answer)).toBe(420);
      expect(attributeValue(answer, ATTRIBUTE.unknownAttributes)?.toString("hex")).toBe("7f010002");
      expect(errorCode(seat.ask(method, [UDP, harmless]))).toBeUndefined();
    }
  });

  test("[TU5] credentials come first: unproven, the request is challenged", () => {
    const strange = { type: 0x7f01, value: Buffer.alloc(2) };
    expect(errorCode(createDesk().seat(ALICE).ask(METHOD.refresh, [strange]))).toBe(401);
  });

  test.each(["success", "error", "indication"] as StunClass[])(
    "[TU6] a %s of any method is not answered",
    (messageClass) => {
      const seat = createDesk().seat(ALICE);
      for (const method of [METHOD.binding, METHOD.allocate, METHOD.data, METHOD.send]) {
        const bytes = encodeStun(
          { messageClass, method, transaction: Buffer.alloc(12), attributes: [] },
          { fingerprint: "omit" },
        );
        expect(seat.send(bytes)).toEqual([]);
      }
    },
  );

  test("[TU6] requests of methods not served, and packets of other protocols, are not answered", () => {
    const seat = createDesk().seat(ALICE);
    for (const method of [0x000, 0x002, 0x00a, 0x00b, 0xfff]) expect(seat.send(buildRequest(method, []))).toEqual([]);
    for (const first of [0x14, 0x16, 0x80, 0xff]) expect(seat.send(Buffer.alloc(40, first))).toEqual([]);
    expect(seat.send(Buffer.alloc(0))).toEqual([]);
  });

  test("[TU3] a request with a wrong length, cookie or fingerprint is not answered", () => {
    const seat = createDesk().seat(ALICE);
    const good = encodeStun(
      { messageClass: "request", method: METHOD.binding, transaction: Buffer.alloc(12), attributes: [] },
      { fingerprint: "add" },
    );
    expect(seat.send(good)).toHaveLength(1);
    for (const at of [3, 4, 27]) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(at) ^ 4, at);
      expect(seat.send(bad), `byte ${at}`).toEqual([]);
    }
  });
});

describe("hostile bytes", () => {
  test("[TU38] whatever arrives, a step answers with at most a few small packets, and what is kept is bounded", () => {
    const random = createSeededRandom(seedFromEnvironment("relay fuzz"));
    const limits = {
      maxAllocations: 5,
      maxAllocationsPerId: 3,
      maxPermissions: 4,
      maxChannels: 3,
      openAnswersBurst: 1e9,
    };
    const desk = createDesk({ limits });
    const seats = Array.from({ length: 8 }, (_, index) =>
      desk.seat(address("198.51.100.1", 4000 + index), credentialFor(`user${index % 3}`, START_MS + 1e9)),
    );
    for (const seat of seats) seat.allocate();
    for (let round = 0; round < 4000; round++) {
      playRound(desk, random, pick(random, seats));
      if (random.fraction() > 0.02) continue;
      desk.advance(Math.floor(random.fraction() * 400_000));
      for (const seat of seats) seat.ask(METHOD.refresh);
    }
    const { allocations, pending, byRelay, byPort } = desk.state;
    expect(allocations.size).toBeLessThanOrEqual(limits.maxAllocations);
    expect([pending.size, byRelay.size, byPort.size]).toEqual([0, allocations.size, allocations.size]);
    for (const { permissions, channels, channelsByPeer } of allocations.values()) {
      expect(permissions.size).toBeLessThanOrEqual(limits.maxPermissions);
      expect(channels.size).toBeLessThanOrEqual(limits.maxChannels);
      expect(channelsByPeer.size).toBe(channels.size);
    }
    expect(desk.state.counts.packetsToPeers).toBeGreaterThan(0);
  });

  test("[TU38] answers kept for repetition are bounded, the oldest going first", () => {
    const { keptAnswers } = createDesk().state;
    const client = (index: number) => ({ ...address("198.51.100.1", 1 + index), listener: 0 });
    const transaction = Buffer.alloc(12);
    for (let index = 0; index <= MAX_KEPT_ANSWERS; index++)
      keptAnswers.keep(client(index), transaction, Buffer.alloc(1), 0);
    expect(keptAnswers.recall(client(0), transaction, 1)).toBeUndefined();
    expect(keptAnswers.recall(client(1), transaction, 1)).toBeDefined();
    expect(keptAnswers.recall(client(1), transaction, 40_000)).toBeUndefined();
  });
});

/** One packet from a client or a peer, and what comes of it. */
function playRound(desk: Desk, random: Random, seat: Seat): void {
  const whole = honest(random, seat);
  const bytes = random.fraction() < 0.5 ? whole : mutated(random, whole);
  const outputs = random.fraction() < 0.1 ? feedPeer(desk, random, bytes) : seat.send(bytes);
  expect(outputs.length).toBeLessThan(12);
  for (const output of outputs) if ("bytes" in output) expect(output.bytes.length).toBeLessThan(bytes.length + 200);
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random.fraction() * list.length)] as T;
}

/** One of the packets clients send, mostly well made. */
function honest(random: Random, seat: Seat): Buffer {
  const to = address(`198.51.100.${50 + Math.floor(random.fraction() * 8)}`, 9000 + Math.floor(random.fraction() * 3));
  const number = 0x3ffe + Math.floor(random.fraction() * 8);
  const signed = (method: number, attributes: Parameters<typeof buildRequest>[1]) =>
    buildRequest(method, attributes, seat.signer());
  return pick(random, [
    () => signed(METHOD.allocate, [UDP]),
    () => signed(METHOD.refresh, [lifetime(Math.floor(random.fraction() * 5000))]),
    () => signed(METHOD.refresh, [lifetime(pick(random, [0, 600]))]),
    () => signed(METHOD.createPermission, [peer(to), peer(PEER)]),
    () => signed(METHOD.channelBind, [channelNumber(number), peer(to)]),
    () => sendIndication(to, Buffer.from(random.bytes(20))),
    () => encodeChannelData(number, Buffer.from(random.bytes(30))),
    () => buildRequest(METHOD.binding, []),
    () => RFC5769.longTermRequest,
  ])();
}

/** The same with bits flipped, cut short, made longer, or nothing but noise. */
function mutated(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const kind = random.fraction();
  if (kind < 0.2) return copy.subarray(0, Math.floor(random.fraction() * copy.length));
  if (kind < 0.3) return Buffer.concat([copy, random.bytes(Math.floor(random.fraction() * 2000))]);
  if (kind < 0.4) return Buffer.from(random.bytes(Math.floor(random.fraction() * 200)));
  for (let flips = 1 + Math.floor(random.fraction() * 3); flips > 0; flips--) {
    const bit = Math.floor(random.fraction() * copy.length * 8);
    copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  }
  return copy;
}

function feedPeer(desk: Desk, random: Random, bytes: Buffer) {
  const relay = 1 + Math.floor(random.fraction() * 20);
  return desk.feed({ kind: "peer-datagram", relay, from: pick(random, [PEER, ALICE]), bytes });
}
