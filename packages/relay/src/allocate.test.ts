import { describe, expect, test } from "vitest";
import { createDesk, type Desk, RELAYED_IP, type Seat, START_MS } from "../test/machine-desk.ts";
import {
  address,
  addressOf,
  buildRequest,
  credentialFor,
  errorCode,
  keyOf,
  lifetime,
  lifetimeOf,
  nextTransaction,
  readMessage,
  type Signer,
  UDP,
} from "../test/requests.ts";
import { ATTRIBUTE, METHOD } from "./specification.ts";
import { attributeValue, type StunAttribute } from "./stun-message.ts";
import { integrityHolds } from "./stun-protection.ts";

const ALICE = address("198.51.100.1", 4000);
const family = (type: number, value: number): StunAttribute => ({ type, value: Buffer.from([value, 0, 0, 0]) });
const EVEN_PORT: StunAttribute = { type: ATTRIBUTE.evenPort, value: Buffer.from([0x80]) };
const TOKEN: StunAttribute = { type: ATTRIBUTE.reservationToken, value: Buffer.alloc(8, 1) };

/** A client that knows a nonce already. */
function greeted(desk: Desk, from = ALICE, id = "alice"): Seat {
  const seat = desk.seat(from, credentialFor(id, START_MS + 86_400_000));
  seat.ask(METHOD.allocate);
  return seat;
}

describe("Allocate", () => {
  test("[TU15] a success names the relayed address, the client's own and the life, and a wake is asked for", () => {
    const desk = createDesk();
    const answer = desk.seat(ALICE).allocate();
    expect(answer.messageClass).toBe("success");
    expect(addressOf(answer, ATTRIBUTE.xorRelayedAddress)).toEqual(address(RELAYED_IP, 50_000));
    expect(addressOf(answer, ATTRIBUTE.xorMappedAddress)).toEqual(ALICE);
    expect(lifetimeOf(answer)).toBe(600);
    expect(desk.outputs.at(-1)).toEqual({ kind: "wake", at: START_MS + 600_000 });
  });

  test.each([
    [0, 600],
    [1, 600],
    [599, 600],
    [601, 601],
    [900, 900],
    [3600, 3600],
    [3601, 3600],
    [0xffffffff, 3600],
  ])("[TU15] who asks for %d s gets %d s", (asked, given) => {
    expect(
      lifetimeOf(
        createDesk()
          .seat(ALICE)
          .allocate([UDP, lifetime(asked)]),
      ),
    ).toBe(given);
  });

  test("[TU15] a LIFETIME of other than 4 bytes is a bad request", () => {
    const odd = { type: ATTRIBUTE.lifetime, value: Buffer.alloc(3) };
    expect(errorCode(createDesk().seat(ALICE).allocate([UDP, odd]))).toBe(400);
  });

  test.each([
    ["none", [], 400],
    ["one of 3 bytes", [{ type: ATTRIBUTE.requestedTransport, value: Buffer.from([17, 0, 0]) }], 400],
    ["TCP", [family(ATTRIBUTE.requestedTransport, 6)], 442],
  ])("[TU16] REQUESTED-TRANSPORT: %s", (_name, attributes, code) => {
    expect(errorCode(greeted(createDesk()).ask(METHOD.allocate, attributes as StunAttribute[]))).toBe(code);
  });

  test.each([
    ["IPv4 family", [family(ATTRIBUTE.requestedAddressFamily, 1)], undefined],
    ["IPv6 family", [family(ATTRIBUTE.requestedAddressFamily, 2)], 440],
    ["unknown family", [family(ATTRIBUTE.requestedAddressFamily, 9)], 440],
    ["family of 1 byte", [{ type: ATTRIBUTE.requestedAddressFamily, value: Buffer.from([1]) }], 400],
    [
      "both kinds of family",
      [family(ATTRIBUTE.requestedAddressFamily, 1), family(ATTRIBUTE.additionalAddressFamily, 2)],
      400,
    ],
    ["additional IPv4", [family(ATTRIBUTE.additionalAddressFamily, 1)], 400],
  ])("[TU17] %s", (_name, attributes, code) => {
    expect(errorCode(greeted(createDesk()).ask(METHOD.allocate, [UDP, ...attributes]))).toBe(code);
  });

  test("[TU17] who asks for IPv6 besides gets IPv4 and the reason for the rest", () => {
    const answer = greeted(createDesk()).ask(METHOD.allocate, [UDP, family(ATTRIBUTE.additionalAddressFamily, 2)]);
    expect(answer.messageClass).toBe("success");
    expect(addressOf(answer, ATTRIBUTE.xorRelayedAddress)?.host).toBe(RELAYED_IP);
    expect(attributeValue(answer, ATTRIBUTE.addressErrorCode)?.subarray(0, 4)).toEqual(Buffer.from([2, 0, 4, 40]));
  });

  test.each([
    ["EVEN-PORT with the next one kept", [EVEN_PORT], 508],
    ["the same with an additional family", [EVEN_PORT, family(ATTRIBUTE.additionalAddressFamily, 2)], 400],
    ["EVEN-PORT of 2 bytes", [{ type: ATTRIBUTE.evenPort, value: Buffer.alloc(2) }], 400],
    ["RESERVATION-TOKEN", [TOKEN], 508],
    ["both", [EVEN_PORT, TOKEN], 400],
    ["a token and a family", [TOKEN, family(ATTRIBUTE.requestedAddressFamily, 1)], 400],
    ["a token and an additional family", [TOKEN, family(ATTRIBUTE.additionalAddressFamily, 2)], 400],
  ])("[TU18] %s", (_name, attributes, code) => {
    expect(errorCode(greeted(createDesk()).ask(METHOD.allocate, [UDP, ...attributes]))).toBe(code);
  });

  test("[TU18] EVEN-PORT alone asks the driver for an even port", () => {
    const desk = createDesk();
    const evenPort = { type: ATTRIBUTE.evenPort, value: Buffer.from([0]) };
    expect(errorCode(greeted(desk).ask(METHOD.allocate, [UDP, evenPort]))).toBeUndefined();
    expect(desk.outputs).toContainEqual({ kind: "open-relay", relay: 1, port: "even" });
  });

  test("[TU18] DONT-FRAGMENT is answered as an attribute not understood", () => {
    const answer = greeted(createDesk()).ask(METHOD.allocate, [
      UDP,
      { type: ATTRIBUTE.dontFragment, value: Buffer.alloc(0) },
    ]);
    expect(errorCode(answer)).toBe(420);
    expect(attributeValue(answer, ATTRIBUTE.unknownAttributes)).toEqual(Buffer.from([0, ATTRIBUTE.dontFragment]));
  });

  test("[TU19] a second allocation from the same address is a mismatch", () => {
    const seat = createDesk().seat(ALICE);
    seat.allocate();
    expect(errorCode(seat.allocate())).toBe(437);
  });

  test("[TU19] the same client may allocate at two addresses of the server", () => {
    const desk = createDesk();
    expect(errorCode(desk.seat(ALICE, undefined, 0).allocate())).toBeUndefined();
    expect(errorCode(desk.seat(ALICE, undefined, 1).allocate())).toBeUndefined();
    expect(desk.state.allocations.size).toBe(2);
  });

  test("[TU19] a repeated request gets the very same answer for 40 s and makes no second allocation", () => {
    const desk = createDesk();
    const seat = greeted(desk);
    const transaction = nextTransaction();
    const first = seat.ask(METHOD.allocate, [UDP], transaction);
    desk.advance(39_999);
    expect(seat.ask(METHOD.allocate, [UDP], transaction).bytes).toEqual(first.bytes);
    desk.advance(1);
    expect(errorCode(seat.ask(METHOD.allocate, [UDP], transaction))).toBe(437);
    expect(desk.outputs.filter(({ kind }) => kind === "open-relay")).toHaveLength(1);
  });

  test("[TU19] repeated while the socket opens, a request is answered once, when it is open", () => {
    const desk = createDesk({ sockets: "wait" });
    const seat = greeted(desk);
    const request = buildRequest(METHOD.allocate, [UDP], seat.signer());
    expect(seat.send(request)).toEqual([{ kind: "open-relay", relay: 1, port: "any" }]);
    expect(seat.send(request)).toEqual([]);
    expect(errorCode(seat.ask(METHOD.allocate, [UDP]))).toBe(437);
    const outputs = desk.feed({ kind: "relay-opened", relay: 1, port: 50_123 });
    expect(
      seat.hears(outputs).map((bytes) => addressOf(readMessage(bytes), ATTRIBUTE.xorRelayedAddress)?.port),
    ).toEqual([50_123]);
  });

  test("[TU20] one id, one client address and the whole server have a quota each; an ended allocation counts no more", () => {
    const limits = { maxAllocationsPerId: 2, maxAllocationsPerAddress: 3, maxAllocations: 4 };
    const desk = createDesk({ limits });
    const allocate = (host: string, port: number, id: string) =>
      errorCode(greeted(desk, address(host, port), id).ask(METHOD.allocate, [UDP]));
    expect(allocate("198.51.100.1", 1, "alice")).toBeUndefined();
    expect(allocate("198.51.100.2", 1, "alice")).toBeUndefined();
    expect(allocate("198.51.100.3", 1, "alice")).toBe(486);
    expect(allocate("198.51.100.1", 2, "bob")).toBeUndefined();
    expect(allocate("198.51.100.1", 3, "carol")).toBeUndefined();
    expect(allocate("198.51.100.1", 4, "dave")).toBe(486);
    expect(allocate("198.51.100.9", 1, "dave")).toBe(508);
    desk.advance(600_000);
    expect(allocate("198.51.100.9", 1, "dave")).toBeUndefined();
  });

  test("[TU20] allocations whose socket is still opening count, too", () => {
    const desk = createDesk({ sockets: "wait", limits: { maxAllocationsPerId: 1 } });
    const seat = greeted(desk);
    seat.send(buildRequest(METHOD.allocate, [UDP], seat.signer()));
    expect(errorCode(greeted(desk, address("198.51.100.2", 1)).ask(METHOD.allocate, [UDP]))).toBe(486);
  });

  test("[TU21] without a free port the answer is a signed 508 and nothing is left behind", () => {
    const desk = createDesk({ sockets: "refuse" });
    const seat = desk.seat(ALICE);
    const answer = seat.allocate();
    expect(errorCode(answer)).toBe(508);
    expect(integrityHolds(answer.bytes, answer.integrityAt ?? 0, keyOf(seat.signer() as Signer))).toBe(true);
    expect(desk.state.pending.size + desk.state.allocations.size).toBe(0);
  });

  test("[TU21] a socket opened for nobody is closed again", () => {
    expect(createDesk().feed({ kind: "relay-opened", relay: 99, port: 50_000 })).toEqual([
      { kind: "close-relay", relay: 99 },
    ]);
  });
});
