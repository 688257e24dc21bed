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
  channelNumber,
  credentialFor,
  errorCode,
  IPV6_PEER,
  lifetime,
  lifetimeOf,
  nextTransaction,
  peer,
  UDP,
} from "../test/requests.ts";
import { ATTRIBUTE, METHOD } from "./specification.ts";
import type { StunAttribute } from "./stun-message.ts";

const ALICE = address("198.51.100.1", 4000);
const BOB = address("198.51.100.2", 4000);
const PEER = address("198.51.100.50", 9000);
const PRIVATE = address("192.168.1.1", 9000);
const MALFORMED: StunAttribute = { type: ATTRIBUTE.xorPeerAddress, value: Buffer.alloc(5) };

function withAllocation(options: DeskOptions = {}): { desk: Desk; seat: Seat } {
  const desk = createDesk(options);
  const seat = desk.seat(ALICE);
  seat.allocate();
  return { desk, seat };
}

describe("Refresh", () => {
  test("[TU22] a refresh sets a new life from now on", () => {
    const { desk, seat } = withAllocation();
    desk.advance(500_000);
    expect(lifetimeOf(seat.ask(METHOD.refresh, [lifetime(900)]))).toBe(900);
    desk.advance(899_999);
    expect(desk.state.allocations.size).toBe(1);
    expect(desk.advance(1)).toContainEqual({ kind: "close-relay", relay: 1 });
  });

  test("[TU22] a refresh may shorten a life, and the wake comes earlier", () => {
    const desk = createDesk();
    const seat = desk.seat(ALICE);
    seat.allocate([UDP, lifetime(3600)]);
    desk.advance(10_000);
    expect(lifetimeOf(seat.ask(METHOD.refresh))).toBe(600);
    expect(desk.outputs.at(-1)).toEqual({ kind: "wake", at: START_MS + 610_000 });
    desk.advance(600_000);
    expect(desk.state.allocations.size).toBe(0);
  });

  test("[TU22] a life of 0 ends the allocation; repeated, the request is answered alike; another finds none", () => {
    const { desk, seat } = withAllocation();
    const transaction = nextTransaction();
    const first = seat.ask(METHOD.refresh, [lifetime(0)], transaction);
    expect(lifetimeOf(first)).toBe(0);
    expect(desk.outputs.at(-1)).toEqual({ kind: "close-relay", relay: 1 });
    expect(seat.ask(METHOD.refresh, [lifetime(0)], transaction).bytes).toEqual(first.bytes);
    expect(errorCode(seat.ask(METHOD.refresh, [lifetime(0)]))).toBe(437);
    expect(errorCode(seat.allocate())).toBeUndefined();
  });

  test.each([
    ["IPv6 family", { type: ATTRIBUTE.requestedAddressFamily, value: Buffer.from([2, 0, 0, 0]) }, 443],
    ["a family of 2 bytes", { type: ATTRIBUTE.requestedAddressFamily, value: Buffer.from([1, 0]) }, 400],
    ["a life of 2 bytes", { type: ATTRIBUTE.lifetime, value: Buffer.from([1, 0]) }, 400],
  ])("[TU22] a refresh with %s is refused and changes nothing", (_name, attribute, code) => {
    const { desk, seat } = withAllocation();
    expect(errorCode(seat.ask(METHOD.refresh, [attribute]))).toBe(code);
    expect(desk.state.byRelay.get(1)?.expiresAt).toBe(START_MS + 600_000);
  });

  test.each([METHOD.refresh, METHOD.createPermission, METHOD.channelBind])(
    "[TU22] method %d without an allocation is a mismatch",
    (method) => {
      const seat = createDesk().seat(ALICE);
      seat.ask(method);
      expect(errorCode(seat.ask(method, [peer(PEER), channelNumber(0x4000)]))).toBe(437);
    },
  );

  test("[TU23] at its end an allocation is gone and its socket closed; the next to end is waited for", () => {
    const { desk } = withAllocation();
    desk.advance(60_000);
    desk.seat(BOB, credentialFor("bob", START_MS + 86_400_000)).allocate();
    const outputs = desk.advance(540_000);
    expect(outputs).toEqual([
      { kind: "close-relay", relay: 1 },
      { kind: "wake", at: START_MS + 660_000 },
    ]);
    expect(desk.advance(60_000)).toEqual([{ kind: "close-relay", relay: 2 }]);
    expect(desk.state.byPort.size + desk.state.byRelay.size + desk.state.allocations.size).toBe(0);
  });

  test("[TU23] a late wake gives nobody more time", () => {
    const { desk, seat } = withAllocation();
    const allocation = desk.state.byRelay.get(1);
    if (allocation === undefined) throw new Error("no allocation");
    allocation.expiresAt = desk.now;
    expect(errorCode(seat.ask(METHOD.refresh))).toBe(437);
    expect(desk.outputs).toContainEqual({ kind: "close-relay", relay: 1 });
  });
});

describe("CreatePermission", () => {
  test.each([
    ["no peer", [], 400],
    ["a malformed peer", [peer(PEER), MALFORMED], 400],
    ["an IPv6 peer", [peer(PEER), IPV6_PEER], 443],
    ["a private peer among public ones", [peer(PEER), peer(PRIVATE)], 403],
  ])("[TU24] %s: all is refused, nothing is permitted", (_name, attributes, code) => {
    const { desk, seat } = withAllocation();
    expect(errorCode(seat.ask(METHOD.createPermission, attributes))).toBe(code);
    expect(desk.state.byRelay.get(1)?.permissions.size).toBe(0);
  });

  test("[TU24] several peers are permitted at once; the port does not count, not even 0", () => {
    const { desk, seat } = withAllocation();
    const anyPort = { ...peer(PEER) };
    anyPort.value.writeUInt16BE(0x2112, 2);
    expect(errorCode(seat.ask(METHOD.createPermission, [anyPort, peer(BOB)]))).toBeUndefined();
    expect([...(desk.state.byRelay.get(1)?.permissions.keys() ?? [])]).toEqual([PEER.ip, BOB.ip]);
  });

  test("[TU27] the relayed address itself may be permitted: other relays are there", () => {
    const { seat } = withAllocation();
    expect(errorCode(seat.ask(METHOD.createPermission, [peer(address(RELAYED_IP, 1))]))).toBeUndefined();
  });

  test("[TU29] beyond the limit of permissions the answer is 508; ended ones make room", () => {
    const { desk, seat } = withAllocation({ limits: { maxPermissions: 2 } });
    const ask = (host: string) => errorCode(seat.ask(METHOD.createPermission, [peer(address(host, 1))]));
    expect([ask("198.51.100.10"), ask("198.51.100.11"), ask("198.51.100.12")]).toEqual([undefined, undefined, 508]);
    expect(ask("198.51.100.11")).toBeUndefined();
    const bind = [channelNumber(0x4000), peer(address("198.51.100.12", 1))];
    expect(errorCode(seat.ask(METHOD.channelBind, bind))).toBe(508);
    desk.advance(300_000);
    expect(ask("198.51.100.12")).toBeUndefined();
  });
});

describe("ChannelBind", () => {
  test.each([
    ["no number", [peer(PEER)], 400],
    ["no peer", [channelNumber(0x4000)], 400],
    ["a number of 2 bytes", [{ type: ATTRIBUTE.channelNumber, value: Buffer.from([0x40, 0]) }, peer(PEER)], 400],
    ["a malformed peer", [channelNumber(0x4000), MALFORMED], 400],
    ["a number below 0x4000", [channelNumber(0x3fff), peer(PEER)], 400],
    ["a number above 0x4fff", [channelNumber(0x5000), peer(PEER)], 400],
    ["port 0", [channelNumber(0x4000), peer({ ...PEER, port: 0 })], 400],
    ["an IPv6 peer", [channelNumber(0x4000), IPV6_PEER], 443],
    ["a private peer", [channelNumber(0x4000), peer(PRIVATE)], 403],
  ])("[TU30] %s is refused and permits nothing", (_name, attributes, code) => {
    const { desk, seat } = withAllocation();
    expect(errorCode(seat.ask(METHOD.channelBind, attributes))).toBe(code);
    expect(desk.state.byRelay.get(1)?.permissions.size).toBe(0);
  });

  test("[TU30] a number stays with its peer and a peer with its number; binding again the same renews", () => {
    const { desk, seat } = withAllocation();
    const bind = (number: number, at: typeof PEER) =>
      errorCode(seat.ask(METHOD.channelBind, [channelNumber(number), peer(at)]));
    expect(bind(0x4000, PEER)).toBeUndefined();
    expect(bind(0x4000, BOB)).toBe(400);
    expect(bind(0x4001, PEER)).toBe(400);
    expect(bind(0x4fff, BOB)).toBeUndefined();
    desk.advance(100_000);
    expect(bind(0x4000, PEER)).toBeUndefined();
    const allocation = desk.state.byRelay.get(1);
    expect(allocation?.channels.get(0x4000)?.expiresAt).toBe(START_MS + 700_000);
    expect(allocation?.permissions.get(PEER.ip)?.expiresAt).toBe(START_MS + 400_000);
  });

  test("[TU31] after ten minutes a channel is free for another peer", () => {
    const { desk, seat } = withAllocation();
    seat.ask(METHOD.channelBind, [channelNumber(0x4000), peer(PEER)]);
    seat.ask(METHOD.refresh, [lifetime(3600)]);
    desk.advance(599_999);
    expect(errorCode(seat.ask(METHOD.channelBind, [channelNumber(0x4000), peer(BOB)]))).toBe(400);
    desk.advance(1);
    expect(errorCode(seat.ask(METHOD.channelBind, [channelNumber(0x4000), peer(BOB)]))).toBeUndefined();
  });

  test("[TU29] beyond the limit of channels the answer is 508", () => {
    const { seat } = withAllocation({ limits: { maxChannels: 1 } });
    expect(errorCode(seat.ask(METHOD.channelBind, [channelNumber(0x4000), peer(PEER)]))).toBeUndefined();
    expect(errorCode(seat.ask(METHOD.channelBind, [channelNumber(0x4001), peer(BOB)]))).toBe(508);
  });

  test("[TU27] on the relayed address only ports of living relays can be bound, and the listening port never", () => {
    const { desk, seat } = withAllocation();
    const bind = (number: number, port: number) =>
      errorCode(seat.ask(METHOD.channelBind, [channelNumber(number), peer(address(RELAYED_IP, port))]));
    expect(bind(0x4000, 50_001)).toBe(403);
    desk.seat(BOB, credentialFor("bob", START_MS + 86_400_000)).allocate();
    expect(bind(0x4000, 50_001)).toBeUndefined();
    expect(bind(0x4001, LISTEN_PORT)).toBe(403);
    expect(bind(0x4001, 22)).toBe(403);
  });

  test("[TU27] even where the policy allows the machine's own addresses, the listening port cannot be bound", () => {
    const { seat } = withAllocation({
      otherIps: [address("127.0.0.1", 1).ip],
      peers: { kind: "public-and", networks: ["127.0.0.0/8", `${RELAYED_IP}/32`] },
    });
    const bind = (number: number, host: string, port: number) =>
      errorCode(seat.ask(METHOD.channelBind, [channelNumber(number), peer(address(host, port))]));
    expect(bind(0x4000, "127.0.0.1", LISTEN_PORT)).toBe(403);
    expect(bind(0x4000, RELAYED_IP, LISTEN_PORT)).toBe(403);
    expect(bind(0x4000, "127.0.0.1", 9000)).toBeUndefined();
  });
});
