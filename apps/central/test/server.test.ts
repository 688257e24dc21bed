import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type PresenceChange, systemRandom, until } from "@skein/core";
import { type Account, signPresence, signRecord } from "@skein/identity";
import { createArrivals, createHandClock, readChannel } from "@skein/testkit";
import {
  CENTRAL_CLOSE,
  type CentralFrame,
  type CentralReply,
  type CentralRequest,
  decodeReplyFrame,
  encodeDataFrame,
  encodeRequestFrame,
  loginPayload,
  MAX_PIPE_CHUNK_BYTES,
  PIPE_WINDOW_BYTES,
} from "@skein/wire";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { type CentralServer, startCentralServer } from "../src/server.ts";
import { connectMembers, createMember, deadline, fakeRelay, type Member, newAccount, startServer } from "./world.ts";

async function server(options: Parameters<typeof startServer>[0] = {}): Promise<CentralServer> {
  const started = await startServer(options);
  onTestFinished(() => started.stop());
  return started;
}

async function online(url: string, name: string, account?: Account): Promise<Member> {
  const member = createMember(url, name, account === undefined ? {} : { account });
  onTestFinished(() => member.network.stop());
  await member.network.start(deadline());
  return member;
}

/** A client that speaks the protocol by hand. */
interface RawClient {
  readonly socket: WebSocket;
  next(): Promise<CentralFrame<CentralReply>>;
  send(request: CentralRequest): void;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

async function rawClient(url: string): Promise<RawClient> {
  const socket = new WebSocket(url);
  const frames: CentralFrame<CentralReply>[] = [];
  const waiting: ((frame: CentralFrame<CentralReply>) => void)[] = [];
  socket.on("message", (data: Buffer) => {
    const frame = decodeReplyFrame(new Uint8Array(data));
    if (!frame.ok) throw new Error(frame.reason);
    const first = waiting.shift();
    if (first === undefined) frames.push(frame.value);
    else first(frame.value);
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on("close", (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on("error", () => {});
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  return {
    socket,
    closed,
    next: () => {
      const frame = frames.shift();
      return frame === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(frame);
    },
    send: (request) => socket.send(encodeRequestFrame(request)),
  };
}

async function control<Kind extends CentralReply["kind"]>(
  client: RawClient,
  kind: Kind,
): Promise<Extract<CentralReply, { kind: Kind }>> {
  for (;;) {
    const frame = await client.next();
    if (frame.kind === "control" && frame.message.kind === kind)
      return frame.message as Extract<CentralReply, { kind: Kind }>;
  }
}

async function rawLogin(url: string, account: Account = newAccount("Raw")): Promise<RawClient> {
  const client = await rawClient(url);
  const { nonce } = await control(client, "challenge");
  const payload = { v: 1, nonce, server: new URL(url).origin } as const;
  const proof = signRecord("central-login", loginPayload, payload, account.deviceKey);
  client.send({ kind: "login", certificate: account.certificate, proof });
  await control(client, "welcome");
  return client;
}

test("[CE1] the challenge comes first, and is new on each connection", async () => {
  const { url } = await server();
  const [one, other] = [await rawClient(url), await rawClient(url)];
  const nonces = [(await control(one, "challenge")).nonce, (await control(other, "challenge")).nonce];
  expect(nonces[0]).toHaveLength(32);
  expect(nonces[0]).not.toEqual(nonces[1]);
});

test("[CE1] anything but a login, before it, ends the connection", async () => {
  const { url } = await server();
  const early = await rawClient(url);
  early.send({ kind: "credentials", id: 1 });
  expect(await early.closed).toEqual({ code: CENTRAL_CLOSE.protocolError, reason: "log in first" });
  const data = await rawClient(url);
  data.socket.send(encodeDataFrame(2, Uint8Array.of(1)));
  expect((await data.closed).code).toBe(CENTRAL_CLOSE.protocolError);
});

test("[CE1] who does not log in in time is sent away, and so is who logs in twice", async () => {
  const { url } = await server({ limits: { loginTimeoutMs: 30 } });
  expect((await (await rawClient(url)).closed).code).toBe(CENTRAL_CLOSE.loginTimeout);
  const twice = await rawLogin(url);
  twice.send({ kind: "login", certificate: new Uint8Array(1), proof: new Uint8Array(1) });
  expect(await twice.closed).toEqual({ code: CENTRAL_CLOSE.protocolError, reason: "logged in already" });
});

test("[CE5] the newest session of a device wins; the older one is told and does not come back", async () => {
  const { url } = await server();
  const account = newAccount("Alice");
  const older = await online(url, "Alice", account);
  const bob = await online(url, "Bob");
  const changes: PresenceChange[] = [];
  bob.network.directory.watch([account.user], (change) => changes.push(change));
  const newer = await online(url, "Alice", account);
  const status = await until(older.network.status, ({ kind }) => kind !== "online", deadline());
  expect(status).toMatchObject({ kind: "failed", error: { code: "refused" } });
  expect(older.sockets).toHaveLength(1);
  await connectMembers(bob, newer);
  expect(changes.some(({ kind }) => kind === "gone")).toBe(false);
});

test("[CE51] a login that is refused fails at once, with the reason", async () => {
  const { url } = await server();
  const honest = newAccount("Alice");
  const account = { ...honest, certificate: newAccount("Bob").certificate };
  const alice = createMember(url, "Alice", { account });
  await expect(alice.network.start(deadline())).rejects.toMatchObject({
    code: "refused",
    message: expect.stringContaining("another device"),
  });
  expect(alice.network.status.value.kind).toBe("failed");
  await alice.network.stop();
  expect(alice.network.status.value.kind).toBe("stopped");
});

test("[CE6] text, garbage and oversized frames end that connection and no other", async () => {
  const { url, httpUrl } = await server();
  const bystander = await rawLogin(url);
  const [text, garbage, oversized] = [await rawLogin(url), await rawLogin(url), await rawLogin(url)];
  text.socket.send("hello");
  expect((await text.closed).code).toBe(CENTRAL_CLOSE.protocolError);
  garbage.socket.send(systemRandom.bytes(100).fill(9, 0, 1));
  expect((await garbage.closed).code).toBe(CENTRAL_CLOSE.protocolError);
  oversized.socket.send(new Uint8Array(1_000_000));
  expect((await oversized.closed).code).toBe(1009);
  bystander.send({ kind: "find", id: 1, user: new Uint8Array(32) });
  expect(await control(bystander, "found")).toEqual({ kind: "found", id: 1, presences: [] });
  expect(await (await fetch(`${httpUrl}/healthz`)).json()).toMatchObject({ status: "ok", sessions: 1 });
});

test("[CE8] an address has a bounded number of connections", async () => {
  const { url } = await server({ limits: { maxSessionsPerAddress: 2 } });
  const first = await rawClient(url);
  await rawClient(url);
  expect((await (await rawClient(url)).closed).code).toBe(CENTRAL_CLOSE.busy);
  first.socket.close();
  await first.closed;
  await control(await rawClient(url), "challenge");
});

test("[CE8] so has the server", async () => {
  const { url } = await server({ limits: { maxSessions: 1 } });
  await rawClient(url);
  expect((await (await rawClient(url)).closed).code).toBe(CENTRAL_CLOSE.busy);
});

test("[CE9] a device that falls silent is found dead within 30 s, and its watchers hear it", async () => {
  const clock = createHandClock(Date.now());
  const started = await startCentralServer({ listen: "127.0.0.1", port: 0 }, { clock });
  onTestFinished(() => started.stop());
  const alice = await online(started.url, "Alice");
  const silent = newAccount("Silent");
  const bob = await rawLogin(started.url, silent);
  const gone = Promise.withResolvers<PresenceChange>();
  alice.network.directory.watch([silent.user], (change) => {
    if (change.kind === "gone") gone.resolve(change);
  });
  const statement = {
    certificate: silent.certificate,
    sequence: 1,
    issuedAt: clock.now(),
    availability: "online",
    via: [],
  } as const;
  bob.send({ kind: "publish", id: 1, presence: signPresence(statement, silent.deviceKey).bytes });
  await control(bob, "done");
  // From here on nothing is read and nothing answered, as when the cable is pulled.
  bob.socket.pause();
  for (let seconds = 0; seconds < 30; seconds += 6) {
    await clock.advance(6_000);
    // A round trip, in which Alice's own answer to the ping arrives.
    if (alice.network.status.value.kind === "online") await alice.network.directory.find(silent.user, deadline());
  }
  expect(await gone.promise).toMatchObject({ kind: "gone", device: silent.device });
  expect(started.isOnline(silent.device)).toBe(false);
  expect(started.isOnline(alice.network.self)).toBe(true);
});

test("[CE13] watchers hear at once that a device left, and that it is back with the record of before", async () => {
  const { url } = await server();
  const alice = await online(url, "Alice");
  const bob = await online(url, "Bob");
  const changes = createArrivals<PresenceChange>();
  alice.network.directory.watch([bob.account.user], changes.push);
  const first = await changes.next();
  await bob.network.stop();
  expect(await changes.next()).toMatchObject({ kind: "gone", user: bob.account.user, device: bob.network.self });
  await bob.network.start(deadline());
  expect(await changes.next()).toEqual(first);
  // Who begins to watch while it is away hears both.
  await bob.network.stop();
  const carol = await online(url, "Carol");
  const later = createArrivals<PresenceChange>();
  carol.network.directory.watch([bob.account.user], later.push);
  expect(await later.next()).toEqual(first);
  expect(await later.next()).toMatchObject({ kind: "gone", device: bob.network.self });
});

test("[CE12] a session watches a bounded number of users", async () => {
  const { url } = await server({ limits: { maxWatched: 2 } });
  const client = await rawLogin(url);
  const users = [1, 2, 3].map((fill) => new Uint8Array(32).fill(fill));
  client.send({ kind: "watch", id: 1, users: users.slice(0, 2) });
  client.send({ kind: "watch", id: 2, users: users.slice(2) });
  client.send({ kind: "unwatch", id: 3, users: users.slice(0, 1) });
  client.send({ kind: "watch", id: 4, users: users.slice(2) });
  const answers = [1, 2, 3, 4].map(async () => (await client.next()) as { readonly message: CentralReply });
  expect((await Promise.all(answers)).map(({ message }) => message)).toEqual([
    { kind: "done", id: 1 },
    { kind: "failed", id: 2, code: "refused", reason: "watch: at most 2 users" },
    { kind: "done", id: 3 },
    { kind: "done", id: 4 },
  ]);
});

test("[CE10] nobody publishes for another device", async () => {
  const { url } = await server();
  const alice = await online(url, "Alice");
  const bob = await online(url, "Bob");
  const [record] = await alice.network.directory.find(bob.account.user, deadline());
  if (record === undefined) throw new Error("Bob is online");
  await expect(alice.network.directory.publish(record, deadline())).rejects.toMatchObject({ code: "refused" });
});

test("[CE23] a reader that reads nothing stops its sender, and the server holds a window at most", async () => {
  const { url, httpUrl } = await server();
  const reader = newAccount("Reader");
  const [sender, stuck] = [await rawLogin(url), await rawLogin(url, reader)];
  stuck.socket.pause();
  sender.send({ kind: "open", pipe: 2, device: reader.deviceKey.publicKey, protocol: "/skein/chat/1" });
  for (let sent = 0; sent < PIPE_WINDOW_BYTES; sent += MAX_PIPE_CHUNK_BYTES)
    sender.socket.send(encodeDataFrame(2, new Uint8Array(MAX_PIPE_CHUNK_BYTES)));
  sender.send({ kind: "find", id: 1, user: new Uint8Array(32) });
  await control(sender, "found");
  const metrics = await (await fetch(`${httpUrl}/metrics`)).text();
  const held = Number(/^skein_central_outgoing_bytes (\d+)$/m.exec(metrics)?.[1]);
  expect(held).toBeLessThanOrEqual(PIPE_WINDOW_BYTES + 10_000);
  sender.socket.send(encodeDataFrame(2, Uint8Array.of(1)));
  expect((await sender.closed).reason).toContain("window");
});

test("[CE23] a device for which too much piles up is cut off", async () => {
  const { url } = await server({ limits: { maxBufferedBytes: 100_000 } });
  const reader = newAccount("Reader");
  const [sender, stuck] = [await rawLogin(url), await rawLogin(url, reader)];
  stuck.socket.pause();
  const ended = control(sender, "close");
  // Enough pipes that even a large socket buffer of the system fills up.
  for (let pipe = 2; pipe <= 80; pipe += 2) {
    sender.send({ kind: "open", pipe, device: reader.deviceKey.publicKey, protocol: "/skein/chat/1" });
    for (let sent = 0; sent < PIPE_WINDOW_BYTES; sent += MAX_PIPE_CHUNK_BYTES)
      sender.socket.send(encodeDataFrame(pipe, new Uint8Array(MAX_PIPE_CHUNK_BYTES)));
  }
  expect(await ended).toMatchObject({ end: "unreachable" });
});

test("[CE34] who deposits too fast is told to slow down", async () => {
  const { url } = await server({ limits: { depositsBurst: 2, depositsPerSecond: 0.001 } });
  const client = await rawLogin(url);
  const device = newAccount("Bob").deviceKey.publicKey;
  for (const id of [1, 2, 3]) client.send({ kind: "deposit", id, device, sealed: Uint8Array.of(1) });
  await control(client, "done");
  await control(client, "done");
  expect(await control(client, "failed")).toMatchObject({ id: 3, code: "busy" });
});

test("[CE40] calls go through the server's relay, with credentials that are kept", async () => {
  const { url } = await server();
  const alice = await online(url, "Alice");
  const bob = newAccount("Bob").device;
  const route = await alice.network.mediaRoute(bob, deadline());
  expect(route).toMatchObject({ beforeAnswer: "relay", afterAnswer: "relay", relays: [url] });
  expect(route.iceServers).toEqual([
    { urls: fakeRelay.credentialsFor(alice.network.self, 0).urls, username: expect.any(String), credential: "secret" },
  ]);
  expect(await alice.network.mediaRoute(bob, deadline())).toBe(route);
});

test("[CE40] a server without a relay says so", async () => {
  const started = await startCentralServer({ listen: "127.0.0.1", port: 0 });
  onTestFinished(() => started.stop());
  const alice = await online(started.url, "Alice");
  await expect(alice.network.mediaRoute(alice.network.self, deadline())).rejects.toMatchObject({
    code: "refused",
    message: expect.stringContaining("no relay"),
  });
});

test("[CE61] a server that stops says goodbye; devices come back when it does", async () => {
  const first = await startServer();
  const alice = await online(first.url, "Alice");
  const bob = await online(first.url, "Bob");
  const { near, far } = await connectMembers(alice, bob);
  await first.stop();
  await first.stop();
  expect(await near.closed).toBe("lost");
  expect(await readChannel(far).rest()).toEqual([]);
  expect(alice.network.status.value).toMatchObject({
    kind: "joining",
    lastError: { message: expect.stringContaining("the server stops") },
  });
  await server({ port: Number(new URL(first.url).port) });
  await Promise.all(
    [alice, bob].map(({ network }) => until(network.status, ({ kind }) => kind === "online", deadline())),
  );
  await connectMembers(alice, bob);
});

test("[CE62] health and metrics are there, other paths and methods are not", async () => {
  const { url, httpUrl } = await server();
  await online(url, "Alice");
  const health = await fetch(`${httpUrl}/healthz`);
  expect(health.status).toBe(200);
  expect(await health.json()).toMatchObject({ status: "ok", sessions: 1 });
  const metrics = await (await fetch(`${httpUrl}/metrics`)).text();
  expect(metrics).toContain("skein_central_sessions 1\n");
  expect(metrics).toContain('skein_central_logins_total{outcome="ok"} 1\n');
  expect((await fetch(`${httpUrl}/elsewhere`)).status).toBe(404);
  expect((await fetch(`${httpUrl}/healthz`, { method: "POST" })).status).toBe(405);
});

test("[CE63] with a certificate it speaks wss and https, and logins name that origin", async () => {
  const [certificate, key] = ["cert", "key"].map((part) =>
    readFileSync(new URL(`./vectors/localhost.${part}.pem`, import.meta.url), "utf8"),
  );
  const { url } = await server({ tls: { certificate: certificate ?? "", key: key ?? "" } });
  expect(url).toMatch(/^wss:/);
  const connect = (address: string): globalThis.WebSocket =>
    new WebSocket(address, { rejectUnauthorized: false }) as unknown as globalThis.WebSocket;
  const alice = createMember(url, "Alice", { connect });
  onTestFinished(() => alice.network.stop());
  await alice.network.start(deadline());
  expect(await alice.network.directory.find(alice.account.user, deadline())).toHaveLength(1);
});
