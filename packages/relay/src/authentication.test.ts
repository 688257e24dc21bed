import { describe, expect, test } from "vitest";
import { createDesk, START_MS } from "../test/machine-desk.ts";
import {
  address,
  buildRequest,
  credentialFor,
  errorCode,
  keyOf,
  nextTransaction,
  REALM,
  readMessage,
  type Signer,
  textOf,
  UDP,
} from "../test/requests.ts";
import { DEFAULT_LIMITS } from "./defaults.ts";
import { createNonces } from "./nonce.ts";
import { ATTRIBUTE, METHOD, NONCE_COOKIE } from "./specification.ts";
import { textAttribute } from "./stun-attributes.ts";
import { encodeStun } from "./stun-encoding.ts";
import { attributeValue } from "./stun-message.ts";
import { integrityHolds } from "./stun-protection.ts";

const ALICE = address("198.51.100.1", 4000);
const BOB = address("198.51.100.2", 4000);
const DAY_MS = 86_400_000;
const SIGNED_METHODS = [METHOD.allocate, METHOD.refresh, METHOD.createPermission, METHOD.channelBind];

describe("long-term credentials", () => {
  test.each(SIGNED_METHODS)(
    "[TU8] method %d without integrity is challenged with realm and nonce, unsigned",
    (method) => {
      const answer = createDesk().seat(ALICE).ask(method, [UDP]);
      expect(errorCode(answer)).toBe(401);
      expect(textOf(answer, ATTRIBUTE.realm)).toBe(REALM);
      expect(textOf(answer, ATTRIBUTE.nonce)).toMatch(new RegExp(`^${NONCE_COOKIE}.{10,}`));
      expect(answer.integrityAt).toBeUndefined();
    },
  );

  test("[TU8] two clients never get the same nonce, not even one port apart", () => {
    const desk = createDesk();
    const nonces = [ALICE, BOB, address(ALICE.host, 4001)].map((from) =>
      textOf(desk.seat(from).ask(METHOD.allocate, [UDP]), ATTRIBUTE.nonce),
    );
    expect(new Set(nonces).size).toBe(3);
  });

  test.each([ATTRIBUTE.username, ATTRIBUTE.realm, ATTRIBUTE.nonce])(
    "[TU9] integrity without attribute %d is a bad request, answered unsigned",
    (left) => {
      const desk = createDesk();
      const seat = desk.seat(ALICE);
      seat.ask(METHOD.allocate);
      const signer = seat.signer() as Signer;
      const attributes = [
        textAttribute(ATTRIBUTE.username, signer.username),
        textAttribute(ATTRIBUTE.realm, signer.realm),
        textAttribute(ATTRIBUTE.nonce, signer.nonce),
      ].filter(({ type }) => type !== left);
      const bytes = encodeStun(
        { messageClass: "request", method: METHOD.allocate, transaction: nextTransaction(), attributes },
        { integrityKey: keyOf(signer), fingerprint: "omit" },
      );
      const [heard] = seat.hears(seat.send(bytes));
      const answer = readMessage(heard as Buffer);
      expect(errorCode(answer)).toBe(400);
      expect(answer.integrityAt).toBeUndefined();
    },
  );

  const wrongs: readonly (readonly [string, (right: Signer) => Signer])[] = [
    ["a wrong password", (right) => ({ ...right, password: "guess" })],
    ["another's user name", (right) => ({ ...right, username: right.username.replace("alice", "bob") })],
    ["a user name without time", (right) => ({ ...right, username: "alice" })],
    ["a later time in the user name", (right) => ({ ...right, username: `9${right.username}` })],
    ["another realm", (right) => ({ ...right, realm: "elsewhere" })],
  ];
  test.each(wrongs)("[TU10] %s is answered 401 with a fresh challenge", (_name, change) => {
    const desk = createDesk();
    const seat = desk.seat(ALICE);
    seat.ask(METHOD.allocate);
    const request = buildRequest(METHOD.allocate, [UDP], change(seat.signer() as Signer));
    const [heard] = seat.hears(seat.send(request));
    expect(errorCode(readMessage(heard as Buffer))).toBe(401);
    expect(textOf(readMessage(heard as Buffer), ATTRIBUTE.nonce)).toBeDefined();
    expect(desk.state.pending.size + desk.state.allocations.size).toBe(0);
  });

  test("[TU10] a request changed after signing is answered 401", () => {
    const desk = createDesk();
    const seat = desk.seat(ALICE);
    seat.ask(METHOD.allocate);
    const request = buildRequest(METHOD.allocate, [UDP], seat.signer());
    request.writeUInt8(request.readUInt8(24) ^ 1, 24);
    const [heard] = seat.hears(seat.send(request));
    expect(errorCode(readMessage(heard as Buffer))).toBe(401);
  });

  test("[TU12] a nonce goes stale after its life; the new one in the 438 works", () => {
    const desk = createDesk();
    const seat = desk.seat(ALICE, credentialFor("alice", START_MS + DAY_MS));
    seat.ask(METHOD.allocate);
    desk.advance(DEFAULT_LIMITS.nonceLifetimeMs + 1);
    expect(errorCode(seat.ask(METHOD.allocate, [UDP]))).toBe(438);
    expect(errorCode(seat.ask(METHOD.allocate, [UDP]))).toBeUndefined();
  });

  test.each([
    ["another client's", (_own: string, other: string) => other],
    ["a made-up", () => `${NONCE_COOKIE}mjul3k00.AAAAAAAAAAAAAAAA`],
    ["an ill-shaped", () => "nonce"],
    ["a post-dated", (own: string) => own.replace(/AAAA(.)/, "AAAAz")],
  ])("[TU12] %s nonce is stale", (_name, pick) => {
    const desk = createDesk();
    const seat = desk.seat(ALICE);
    seat.ask(METHOD.allocate);
    const other = textOf(desk.seat(BOB).ask(METHOD.allocate), ATTRIBUTE.nonce) ?? "";
    const right = seat.signer() as Signer;
    const request = buildRequest(METHOD.allocate, [UDP], { ...right, nonce: pick(right.nonce, other) });
    const [heard] = seat.hears(seat.send(request));
    expect(errorCode(readMessage(heard as Buffer))).toBe(438);
  });

  test("[TU12] a nonce made with another key, as before a restart, is stale", () => {
    const now = START_MS;
    const before = createNonces(Buffer.alloc(32, 1), DEFAULT_LIMITS.nonceLifetimeMs);
    const after = createNonces(Buffer.alloc(32, 2), DEFAULT_LIMITS.nonceLifetimeMs);
    const nonce = before.issue(ALICE, now);
    expect(before.accepts(nonce, ALICE, now)).toBe(true);
    expect(after.accepts(nonce, ALICE, now)).toBe(false);
  });

  test("[TU13] an ended credential allocates nothing, but keeps its allocation alive for a bounded time", () => {
    const desk = createDesk();
    const seat = desk.seat(ALICE, credentialFor("alice", START_MS + 60_000));
    expect(errorCode(seat.allocate())).toBeUndefined();
    const late = desk.seat(BOB, credentialFor("alice", START_MS + 60_000));
    desk.advance(60_000);
    expect(errorCode(late.allocate())).toBe(401);
    const refreshUntil = (at: number): void => {
      while (desk.now + 500_000 < at) {
        desk.advance(500_000);
        if (errorCode(seat.ask(METHOD.refresh)) === 438) expect(errorCode(seat.ask(METHOD.refresh))).toBeUndefined();
      }
    };
    const graceEnds = START_MS + 60_000 + DEFAULT_LIMITS.credentialGraceMs;
    refreshUntil(graceEnds);
    expect(desk.state.allocations.size).toBe(1);
    desk.advance(graceEnds - desk.now);
    expect(errorCode(seat.ask(METHOD.refresh))).toBe(401);
    desk.advance(600_000);
    expect(desk.state.allocations.size).toBe(0);
  });

  test.each([METHOD.refresh, METHOD.createPermission, METHOD.channelBind])(
    "[TU14] method %d under another user name than the allocation's is answered 441",
    (method) => {
      const desk = createDesk();
      desk.seat(ALICE).allocate();
      const other = desk.seat(ALICE, credentialFor("mallory", START_MS + DAY_MS));
      other.ask(method);
      expect(errorCode(other.ask(method))).toBe(441);
      expect(desk.state.allocations.size).toBe(1);
    },
  );

  test("[TU7] answers to proven requests are signed with the same key and carry a fingerprint, errors too", () => {
    const desk = createDesk();
    const seat = desk.seat(ALICE);
    const answers = [seat.allocate(), seat.ask(METHOD.refresh), seat.ask(METHOD.createPermission)];
    expect(answers.map(errorCode)).toEqual([undefined, undefined, 400]);
    for (const answer of answers) {
      expect(integrityHolds(answer.bytes, answer.integrityAt ?? 0, keyOf(seat.signer() as Signer))).toBe(true);
      expect(answer.bytes.readUInt16BE(answer.bytes.length - 8)).toBe(ATTRIBUTE.fingerprint);
      expect(attributeValue(answer, ATTRIBUTE.software)?.toString()).toBe("skein");
    }
  });
});
