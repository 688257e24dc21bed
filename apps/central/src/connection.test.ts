import { type DeviceId, keyFromId } from "@skein/core";
import { type Account, signRecord } from "@skein/identity";
import { createContractAccount, createHandClock, createSeededRandom, seedFromEnvironment } from "@skein/testkit";
import {
  CENTRAL_CLOSE,
  type CentralReply,
  type CentralRequest,
  decodeReplyFrame,
  encodeDataFrame,
  encodeRequestFrame,
  loginPayload,
} from "@skein/wire";
import fc from "fast-check";
import { pino } from "pino";
import { expect, test } from "vitest";
import { type Connection, runConnection } from "./connection.ts";
import { openDurableStore } from "./durable-store.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { openMailboxStore } from "./mailbox-store.ts";
import { createMetrics } from "./metrics.ts";

const ORIGIN = "ws://central.example";
const seed = seedFromEnvironment("central connection");
const random = createSeededRandom(seed);
const clock = createHandClock(Date.now());
const account = createContractAccount(random);
const neighbour = createContractAccount(random);

function exchange(): Exchange {
  return createExchange(DEFAULT_LIMITS, {
    clock,
    random,
    log: pino({ level: "silent" }),
    metrics: createMetrics(),
    mailbox: openMailboxStore(":memory:", DEFAULT_LIMITS, { random }),
    durables: openDurableStore(":memory:", DEFAULT_LIMITS),
    relay: undefined,
    origins: () => new Set([ORIGIN]),
  });
}

/** A connection on a socket that keeps what it is told. */
interface Bench {
  readonly connection: Connection;
  readonly replies: CentralReply[];
  readonly closes: { readonly code: number; readonly reason: string }[];
  send(request: CentralRequest): void;
}

function bench(shared: Exchange): Bench {
  const replies: CentralReply[] = [];
  const closes: { code: number; reason: string }[] = [];
  const connection = runConnection(
    {
      send(bytes, done) {
        const frame = decodeReplyFrame(bytes);
        if (!frame.ok) throw new Error(`the server sent ${frame.reason}`);
        if (frame.value.kind === "control") replies.push(frame.value.message);
        done();
      },
      close: (code, reason) => closes.push({ code, reason }),
      terminate: () => {},
      pause: () => {},
      resume: () => {},
    },
    shared,
  );
  return { connection, replies, closes, send: (request) => connection.receive(encodeRequestFrame(request)) };
}

function logIn(shared: Exchange, who: Account): Bench {
  const made = bench(shared);
  const [challenge] = made.replies;
  if (challenge?.kind !== "challenge") throw new Error("the challenge comes first");
  const payload = { v: 1, nonce: challenge.nonce, server: ORIGIN } as const;
  const proof = signRecord("central-login", loginPayload, payload, who.deviceKey);
  made.send({ kind: "login", certificate: who.certificate, proof });
  expect(made.replies.at(-1)).toEqual({ kind: "welcome" });
  return made;
}

test("[CE6] random bytes end the connection, and nothing else happens", () => {
  const shared = exchange();
  const bystander = logIn(shared, neighbour);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, loggedIn) => {
      const { connection, closes } = loggedIn ? logIn(shared, account) : bench(shared);
      connection.receive(bytes);
      // A data frame for a pipe that is not open is the one thing random bytes can be.
      if (!(loggedIn && bytes[0] === 1 && bytes.byteLength > 5))
        expect(closes[0]?.code).toBe(CENTRAL_CLOSE.protocolError);
      connection.closed();
      connection.receive(bytes);
    }),
    { seed, numRuns: 300 },
  );
  expect([...shared.sessions.keys()]).toEqual([neighbour.device]);
  expect(bystander.closes).toEqual([]);
  expect(shared.pipes.open).toBe(0);
});

const key = fc.constantFrom(account.device, neighbour.device).map((device: DeviceId) => keyFromId(device));
const number = fc.nat(8);
const bytes = fc.uint8Array({ maxLength: 40 });
const piece = fc.constantFrom("AAAAAAAAAAAAAAAA", "0123456789abcdef");
const request: fc.Arbitrary<CentralRequest> = fc.oneof(
  fc.record({ kind: fc.constant("publish" as const), id: number, presence: bytes }),
  fc.record({ kind: fc.constant("find" as const), id: number, user: key }),
  fc.record({ kind: fc.constant("watch" as const), id: number, users: fc.array(key, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant("unwatch" as const), id: number, users: fc.array(key, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant("deposit" as const), id: number, device: key, sealed: bytes }),
  fc.record({ kind: fc.constant("collect" as const), id: number, after: fc.option(piece, { nil: undefined }) }),
  fc.record({ kind: fc.constant("acknowledge" as const), id: number, pieces: fc.array(piece, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant("credentials" as const), id: number }),
  fc.record({ kind: fc.constant("open" as const), pipe: number, device: key, protocol: fc.constant("/skein/chat/1") }),
  fc.record({ kind: fc.constant("credit" as const), pipe: number, sizeBytes: number }),
  fc.record({ kind: fc.constant("close" as const), pipe: number, end: fc.constant("ended" as const) }),
  fc.record({ kind: fc.constant("pong" as const) }),
);
const frame = fc.oneof(
  { arbitrary: request.map(encodeRequestFrame), weight: 6 },
  { arbitrary: fc.tuple(number, fc.uint8Array({ minLength: 1, maxLength: 40 })), weight: 2 },
);

test("[CE6] whatever well-formed frames come in whatever order, the server stays whole", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 40 }), (frames) => {
      const shared = exchange();
      const [one, other] = [logIn(shared, account), logIn(shared, neighbour)];
      for (const each of frames) one.connection.receive(Array.isArray(each) ? encodeDataFrame(each[0], each[1]) : each);
      expect(other.closes).toEqual([]);
      one.connection.closed();
      other.connection.closed();
      expect(shared.sessions.size).toBe(0);
      expect(shared.pipes.open).toBe(0);
      expect(shared.outgoing.sizeBytes).toBe(0);
      shared.mailbox.close();
    }),
    { seed, numRuns: 200 },
  );
});
