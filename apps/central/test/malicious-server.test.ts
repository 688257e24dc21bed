import {
  type Channel,
  type Clock,
  isNetworkError,
  keyFromId,
  type NetworkError,
  type PresenceChange,
  systemClock,
  until,
} from "@skein/core";
import { signPresence } from "@skein/identity";
import { createHandClock, readChannel } from "@skein/testkit";
import type { CentralFrame, CentralReply } from "@skein/wire";
import { expect, onTestFinished, test } from "vitest";
import { createTamperedLine, type TamperedLine, type Tampering } from "./tampered-socket.ts";
import { connectMembers, createMember, deadline, type Member, newAccount, startServer } from "./world.ts";

/** Alice's server does what `tampering` says; to everyone else it is honest. */
async function world(
  tampering: Tampering,
  clock: Clock = systemClock,
): Promise<{ alice: Member; bob: Member; mallory: Member; line: TamperedLine }> {
  const server = await startServer();
  const line = createTamperedLine(tampering);
  const alice = createMember(server.url, "Alice", { connect: line.connect, clock });
  const bob = createMember(server.url, "Bob");
  const mallory = createMember(server.url, "Mallory");
  const members = [alice, bob, mallory];
  onTestFinished(async () => {
    await Promise.all(members.map(({ network }) => network.stop()));
    await server.stop();
  });
  await Promise.all(members.map(({ network }) => network.start(deadline())));
  return { alice, bob, mallory, line };
}

async function failureOf(step: Promise<unknown>): Promise<NetworkError> {
  const error = await step.then(
    () => new Error("it succeeded"),
    (reason: unknown) => reason,
  );
  if (!isNetworkError(error)) throw error;
  return error;
}

function refusals({ events }: Member): string[] {
  return events.flatMap((event) => (event.name === "record.refused" ? [event.reason] : []));
}

test("[CE24] a server that leads the dial to another device is found out", async () => {
  const target: { key?: Uint8Array } = {};
  const { alice, bob, mallory } = await world({
    toServer(frame) {
      if (frame.kind !== "control" || frame.message.kind !== "open") return [frame];
      return [{ kind: "control", message: { ...frame.message, device: target.key as Uint8Array } }];
    },
  });
  target.key = keyFromId(mallory.network.self);
  const taken: Channel[] = [];
  mallory.network.listen("/skein/chat/1", (channel) => taken.push(channel));
  const error = await failureOf(alice.network.dial(bob.network.self, "/skein/chat/1", deadline()));
  expect(error.code).toBe("peer-mismatch");
  expect(error.message).toContain("another device than the one asked for");
  expect(alice.events).toContainEqual(expect.objectContaining({ name: "net.dial.failed", code: "peer-mismatch" }));
});

test("[CE24] a server that lies about who dials is found out", async () => {
  const claimed: { key?: Uint8Array } = {};
  const { alice, bob, mallory } = await world({
    toDevice(frame) {
      if (frame.kind !== "control" || frame.message.kind !== "open") return [frame];
      return [{ kind: "control", message: { ...frame.message, device: claimed.key as Uint8Array } }];
    },
  });
  claimed.key = keyFromId(bob.network.self);
  const taken: Channel[] = [];
  alice.network.listen("/skein/chat/1", (channel) => taken.push(channel));
  const dialled = await mallory.network.dial(alice.network.self, "/skein/chat/1", deadline());
  expect(await dialled.closed).toBe("lost");
  expect(taken).toEqual([]);
  expect(alice.events).toContainEqual(
    expect.objectContaining({ name: "peer.bad-message", reason: expect.stringContaining("another device") }),
  );
});

test("[CE25] a server that leads a chat to the listener for calls gets nothing through", async () => {
  const { alice, bob } = await world({
    toServer(frame) {
      if (frame.kind !== "control" || frame.message.kind !== "open") return [frame];
      return [{ kind: "control", message: { ...frame.message, protocol: "/skein/call/1" } }];
    },
  });
  const taken: Channel[] = [];
  bob.network.listen("/skein/call/1", (channel) => taken.push(channel));
  const error = await failureOf(alice.network.dial(bob.network.self, "/skein/chat/1", deadline()));
  expect(error.code).toBe("peer-mismatch");
  expect(taken).toEqual([]);
});

test("[CE26] one flipped bit in a pipe ends the channel and delivers nothing", async () => {
  let flip = false;
  const { alice, bob } = await world({
    toDevice(frame) {
      if (!flip || frame.kind !== "data") return [frame];
      const bytes = frame.bytes.slice();
      const last = bytes.byteLength - 1;
      bytes[last] = (bytes[last] ?? 0) ^ 1;
      return [{ ...frame, bytes }];
    },
  });
  const { near, far } = await connectMembers(alice, bob);
  await far.send(Uint8Array.of(1));
  const reader = readChannel(near);
  expect(await reader.next()).toEqual(Uint8Array.of(1));
  flip = true;
  await far.send(Uint8Array.of(2));
  expect(await near.closed).toBe("protocol-error");
  expect(await reader.rest()).toEqual([]);
  expect(alice.events).toContainEqual(expect.objectContaining({ name: "peer.bad-message", peer: bob.network.self }));
});

test("[CE26] frames left out, doubled or swapped by the server end the channel", async () => {
  for (const mangle of ["drop", "double", "swap"] as const) {
    let left = 0;
    const held: CentralFrame<CentralReply>[] = [];
    const { alice, bob } = await world({
      toDevice(frame) {
        if (left === 0 || frame.kind !== "data") return [frame];
        left -= 1;
        if (mangle === "drop") return [];
        if (mangle === "double") return [frame, frame];
        held.unshift(frame);
        return left === 0 ? held.splice(0) : [];
      },
    });
    const { near, far } = await connectMembers(alice, bob);
    left = mangle === "swap" ? 2 : 1;
    await far.send(Uint8Array.of(1));
    await far.send(Uint8Array.of(2));
    expect([mangle, await near.closed]).toEqual([mangle, "protocol-error"]);
    const received = await readChannel(near).rest();
    expect(received).toEqual(mangle === "double" ? [Uint8Array.of(1)] : []);
  }
});

test("[CE27] an end that the server makes up is lost, never done", async () => {
  const { alice, bob, line } = await world({});
  const { near, far } = await connectMembers(alice, bob);
  await far.send(Uint8Array.of(1));
  const reader = readChannel(near);
  await reader.next();
  line.say({ kind: "close", pipe: 2, end: "ended" });
  expect(await near.closed).toBe("lost");
});

test("[CE29] a close that cannot reach the other side ends after its time, with its own reason", async () => {
  let cut = false;
  const clock = createHandClock(Date.now());
  const { alice, bob } = await world({ toServer: (frame) => (cut && frame.kind === "data" ? [] : [frame]) }, clock);
  const { near, far } = await connectMembers(alice, bob);
  cut = true;
  const closing = near.close("superseded");
  let done = false;
  void closing.then(() => {
    done = true;
  });
  await clock.advance(1_999);
  expect(done).toBe(false);
  await clock.advance(1);
  await closing;
  expect(await near.closed).toBe("superseded");
  expect(await far.closed).toBe("lost");
});

test("[CE22] a server that sends more than the window allows ends the channel, not the memory", async () => {
  const { alice, bob, line } = await world({});
  const { near } = await connectMembers(alice, bob);
  const frame = new Uint8Array(5 + 16 * 1024);
  frame.set([1, 0, 0, 0, 2, 0xff, 0xff]);
  for (let sent = 0; sent < 17; sent += 1) line.sayRaw(frame);
  expect(await near.closed).toBe("protocol-error");
});

test("[CE14] a record that does not hold, or of somebody else, is ignored and reported", async () => {
  const served: { records: Uint8Array[] } = { records: [] };
  const { alice, bob, mallory } = await world({
    toDevice(frame) {
      if (frame.kind !== "control" || frame.message.kind !== "found") return [frame];
      return [{ kind: "control", message: { ...frame.message, presences: served.records } }];
    },
  });
  const [good] = await bob.network.directory.find(bob.account.user, deadline());
  const [other] = await bob.network.directory.find(mallory.account.user, deadline());
  const forged = good?.bytes.slice() ?? new Uint8Array();
  forged[forged.byteLength - 1] = (forged.at(-1) ?? 0) ^ 1;
  served.records = [forged, other?.bytes ?? new Uint8Array(), new Uint8Array(3)];
  expect(await alice.network.directory.find(bob.account.user, deadline())).toEqual([]);
  const reasons = refusals(alice);
  expect(reasons).toHaveLength(3);
  expect(reasons[0]).toContain("signature");
  expect(reasons[1]).toContain("nobody asked for");
  served.records = [good?.bytes ?? new Uint8Array()];
  expect(await alice.network.directory.find(bob.account.user, deadline())).toEqual([good]);
});

test("[CE15] a server cannot take a watcher back to an older record, nor push one nobody watches", async () => {
  const { alice, bob, mallory, line } = await world({});
  const changes: PresenceChange[] = [];
  alice.network.directory.watch([bob.account.user], (change) => changes.push(change));
  const [first] = await alice.network.directory.find(bob.account.user, deadline());
  const [stranger] = await alice.network.directory.find(mallory.account.user, deadline());
  if (first === undefined || stranger === undefined) throw new Error("both are online");
  const statement = {
    certificate: bob.account.certificate,
    issuedAt: Date.now(),
    availability: "away",
    via: [],
  } as const;
  const second = signPresence({ ...statement, sequence: first.sequence + 1 }, bob.account.deviceKey);
  line.say({ kind: "presence", record: second.bytes });
  line.say({ kind: "presence", record: first.bytes });
  line.say({ kind: "presence", record: stranger.bytes });
  line.say({ kind: "gone", user: keyFromId(mallory.account.user), device: keyFromId(mallory.network.self), at: 1 });
  expect(changes.at(-1)).toMatchObject({ kind: "presence", presence: { sequence: second.sequence } });
  expect(changes.some((change) => change.kind === "gone")).toBe(false);
  expect(refusals(alice)).toEqual([expect.stringContaining("older"), expect.stringContaining("nobody asked for")]);
});

test.each([
  ["garbage", new Uint8Array([9, 9, 9])],
  ["an unfinished control frame", new Uint8Array([0, 0xa1])],
  ["an empty frame", new Uint8Array(0)],
  ["a data frame without data", new Uint8Array([1, 0, 0, 0, 2])],
  ["a frame above the limit", new Uint8Array(400_000)],
])("[CE55] %s from the server: the link is given up, and connected again", async (_, bytes) => {
  const { alice, bob, line } = await world({});
  const { near } = await connectMembers(alice, bob);
  const states: string[] = [];
  alice.network.status.subscribe((status) => {
    states.push(status.kind === "joining" ? `joining: ${status.lastError?.message}` : status.kind);
  });
  line.sayRaw(bytes);
  expect(await near.closed).toBe("lost");
  await until(alice.network.status, ({ kind }) => kind === "online", deadline());
  expect(states).toEqual(["online", expect.stringContaining("broke the protocol"), "online"]);
});

test("[CE4] a login that was overheard opens no second session", async () => {
  const overheard: Uint8Array[] = [];
  const server = await startServer();
  const line = createTamperedLine({
    toServer(frame) {
      if (frame.kind === "control" && frame.message.kind === "login") overheard.push(frame.message.proof);
      return [frame];
    },
  });
  const account = newAccount("Alice");
  const alice = createMember(server.url, "Alice", { account, connect: line.connect });
  await alice.network.start(deadline());
  const replay = createTamperedLine({
    toServer(frame) {
      if (frame.kind !== "control" || frame.message.kind !== "login") return [frame];
      return [{ kind: "control", message: { ...frame.message, proof: overheard[0] as Uint8Array } }];
    },
  });
  const thief = createMember(server.url, "Alice", { account, connect: replay.connect });
  const error = await failureOf(thief.network.start(deadline()));
  expect(error.code).toBe("refused");
  expect(error.message).toContain("another challenge");
  expect(alice.network.status.value.kind).toBe("online");
  await Promise.all([alice.network.stop(), thief.network.stop()]);
  await server.stop();
});
