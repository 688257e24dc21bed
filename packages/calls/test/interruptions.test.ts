import { createMemoryWorld, createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { createPeople, ring, routeOf, talk } from "./people.ts";

test("[CL42] a channel cut in mid-call is opened again by the caller, and the call never notices", async () => {
  const people = await createPeople();
  const { ann, ben, clock, world } = people;
  await talk(people);
  world.cut(ann.account.device, ben.account.device);
  await clock.settle();
  expect([ann.state.kind, ben.state.kind]).toEqual(["connected", "connected"]);
  ben.calls.hangup();
  await clock.settle();
  expect(ann.state).toMatchObject({ reason: { kind: "hung-up", by: "them" } });
});

test("[CL42] a channel cut while it rings is opened again, what was lost is repeated, and the call is answered", async () => {
  const people = await createPeople();
  const { ann, ben, clock, world } = people;
  world.delay(ann.account.device, ben.account.device, 100);
  ann.calls.dial({ kind: "device", device: ben.account.device });
  for (let waits = 0; ben.state.kind !== "ringing-in" && waits < 50; waits += 1) await clock.advance(50);
  world.cut(ann.account.device, ben.account.device);
  await clock.advance(2_000);
  expect(ann.state).toMatchObject({ kind: "ringing-out", stage: "ringing" });
  ben.calls.answer();
  await clock.advance(2_000);
  expect([ann.state.kind, ben.state.kind]).toEqual(["connected", "connected"]);
});

test("[CL43] a caller that vanishes while it rings is missed after 6 s", async () => {
  const people = await createPeople();
  const { ann, ben, clock, world } = people;
  await ring(people);
  world.crash(ann.account.device);
  await clock.advance(5_999);
  expect(ben.state.kind).toBe("ringing-in");
  await clock.advance(1);
  expect(ben.state).toMatchObject({ kind: "ended", reason: { kind: "missed" } });
});

test("[CL41] [CL42] a connection that breaks is repaired over the channel, even one that had to be opened again", async () => {
  const people = await createPeople();
  const { ann, ben, clock, world } = people;
  await talk(people);
  world.cut(ann.account.device, ben.account.device);
  const restarts = (): number => ann.connection.asked.filter((word) => word === "offer restart").length;
  const before = restarts();
  ann.connection.tell("interrupted");
  ben.connection.tell("interrupted");
  await clock.settle();
  expect(restarts()).toBe(before + 1);
  expect(ann.state).toMatchObject({ sound: "broken" });
  ann.connection.tell("connected");
  ben.connection.tell("connected");
  await clock.settle();
  expect([ann.state, ben.state]).toMatchObject([{ sound: "flowing" }, { sound: "flowing" }]);
});

test("[CL40] when both the connection and the other device are gone the call is lost after 25 s", async () => {
  const people = await createPeople();
  const { ann, ben, clock, world } = people;
  await talk(people);
  world.crash(ben.account.device);
  ann.connection.tell("failed");
  await clock.advance(24_999);
  expect(ann.state).toMatchObject({ kind: "connected", sound: "broken" });
  await clock.advance(1);
  expect(ann.state).toMatchObject({ kind: "ended", reason: { kind: "lost" }, sentence: "The connection was lost." });
});

test("[CL33] no relay in reach, and nothing else allowed: the call ends and names it", async () => {
  const people = await createPeople();
  const { ann, ben } = people;
  for (const person of [ann, ben]) person.route = { ...person.route, afterAnswer: "relay" };
  ann.media.withoutRelays();
  await ring(people);
  expect(ann.state).toMatchObject({ kind: "ended", reason: { kind: "no-relay" } });
  expect(ben.state.kind).not.toBe("ringing-in");
});

test("[CL33] without relays two people still come together once both have answered", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  ann.media.withoutRelays();
  ben.media.withoutRelays();
  await ring(people);
  expect(ann.connection.asked).not.toContain("candidate");
  ben.calls.answer();
  await clock.settle();
  expect([ann.state.kind, ben.state.kind]).toEqual(["connected", "connected"]);
});

test("[CL45] a DTLS handshake that fails has its own sentence", async () => {
  const people = await createPeople();
  await ring(people);
  people.ann.connection.tell("encryption-failed");
  await people.clock.settle();
  expect(people.ann.state).toMatchObject({ reason: { kind: "encryption-failed" } });
  expect(people.ben.state).toMatchObject({ reason: { kind: "missed" } });
});

test("[CL46] credentials that have run out are renewed before a repair gathers with them", async () => {
  const people = await createPeople();
  const { ann, clock } = people;
  await talk(people);
  await clock.advance(3_600_000);
  ann.route = {
    ...routeOf(clock.now()),
    iceServers: [{ urls: ["turn:192.0.2.7:3478"], username: "new", credential: "n" }],
  };
  ann.connection.tell("failed");
  await clock.settle();
  expect(ann.connection.options).toMatchObject({ policy: "all", iceServers: [{ username: "new" }] });
  expect(ann.connection.asked.slice(-1)).not.toEqual(["configure"]);
});

test("[CL47] switching the network keeps the call; its channel moves over, and new calls come the new way", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  await talk(people);
  const other = createMemoryWorld({ mode: "central" }, { clock, random: createSeededRandom(3) });
  for (const { account, calls, network } of [ben, ann]) {
    const next = other.join(account.device);
    await next.start(AbortSignal.timeout(1_000));
    calls.switchNetwork(next);
    await network.stop();
  }
  await clock.advance(2_000);
  expect([ann.state.kind, ben.state.kind]).toEqual(["connected", "connected"]);
  ben.calls.hangup();
  await clock.settle();
  expect(ann.state).toMatchObject({ reason: { kind: "hung-up", by: "them" } });
  ben.calls.dial({ kind: "device", device: ann.account.device });
  await clock.settle();
  expect(ann.state.kind).toBe("ringing-in");
});

test("[CL9] stopping calls ends the one under way and takes no more until started again", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  await talk(people);
  ben.calls.stop();
  await clock.settle();
  expect(ann.state).toMatchObject({ reason: { kind: "hung-up", by: "them" } });
  expect(ben.state).toMatchObject({ reason: { kind: "stopped" } });
  await ring(people);
  expect(ann.state).toMatchObject({ reason: { kind: "unsupported" } });
  ben.calls.start();
  await ring(people);
  expect(ben.state.kind).toBe("ringing-in");
});
