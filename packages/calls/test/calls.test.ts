import { signPresence } from "@skein/identity";
import { expect, test } from "vitest";
import { createPeople, ring, talk } from "./people.ts";

test("[CL1] [CL2] a call from dialling to hanging up, as both people see it", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  await ring(people);
  expect(ann.state).toMatchObject({
    kind: "ringing-out",
    stage: "ringing",
    direction: "outgoing",
    peer: { user: ben.account.user, device: ben.account.device, name: "Ben" },
  });
  expect(ben.state).toMatchObject({ kind: "ringing-in", direction: "incoming", peer: { name: "Ann" } });
  ben.calls.answer();
  await clock.settle();
  expect(ann.state).toMatchObject({ kind: "connected", sound: "flowing", microphone: "live" });
  expect(ben.state).toMatchObject({ kind: "connected", sound: "flowing", microphone: "live" });
  await clock.advance(61_000);
  ann.calls.hangup();
  await clock.settle();
  const over = { kind: "ended", lastedMs: 61_000 };
  expect(ann.state).toMatchObject({ ...over, reason: { kind: "hung-up", by: "us" }, sentence: "You hung up." });
  expect(ben.state).toMatchObject({ ...over, reason: { kind: "hung-up", by: "them" }, sentence: "They hung up." });
  for (const { media, calls } of [ann, ben]) {
    expect(media.connections.every(({ closed }) => closed)).toBe(true);
    expect(media.microphones.every(({ closed }) => closed)).toBe(true);
    expect(media.playing).toBe(false);
    calls.dismiss();
    expect(calls.state.value).toEqual({ kind: "idle" });
  }
});

test("[CL72] the events of a call: what the lab's figures are made of, in order, at each end", async () => {
  const people = await createPeople();
  await talk(people);
  people.ann.calls.hangup();
  await people.clock.settle();
  const { ann, ben } = people;
  expect(ann.told.filter((name) => name !== "call.path")).toEqual([
    "call.dialled",
    "call.rung",
    "call.answered",
    "call.connected",
    "call.first-audio",
    "call.ended",
  ]);
  expect(ben.told.filter((name) => name !== "call.path").toSorted()).toEqual(
    ["call.ringing", "call.answered", "call.connected", "call.first-audio", "call.ended"].toSorted(),
  );
  const ids = new Set([...ann.events, ...ben.events].map((event) => "call" in event && event.call));
  expect(ids.size).toBe(1);
});

test("[CL1] a person is called on the newest device that is online", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  const presence = (availability: "online" | "offline") =>
    signPresence(
      { certificate: ben.account.certificate, sequence: clock.now(), issuedAt: clock.now(), availability, via: [] },
      ben.account.deviceKey,
    );
  await ben.network.directory.publish(presence("online"), AbortSignal.timeout(1_000));
  ann.calls.dial({ kind: "user", user: ben.account.user });
  await clock.settle();
  expect(ben.state.kind).toBe("ringing-in");
  ann.calls.hangup();
  await clock.advance(1_000);
  await ben.network.directory.publish(presence("offline"), AbortSignal.timeout(1_000));
  ann.calls.dial({ kind: "user", user: ben.account.user });
  await clock.settle();
  expect(ann.state).toMatchObject({ kind: "ended", reason: { kind: "offline" }, sentence: "They are not online." });
});

test("[CL12] each way not to reach somebody has its own reason", async () => {
  const people = await createPeople();
  const { ann, ben, clock, world } = people;
  ann.calls.dial({ kind: "user", user: (await people.join("Cy")).account.user });
  await clock.settle();
  expect(ann.state).toMatchObject({ reason: { kind: "offline" } });
  ben.calls.stop();
  await ring(people);
  expect(ann.state).toMatchObject({ reason: { kind: "unsupported" } });
  world.crash(ben.account.device);
  await ring(people);
  expect(ann.state).toMatchObject({ reason: { kind: "unreachable" } });
  await ann.network.stop();
  await ring(people);
  expect(ann.state).toMatchObject({ reason: { kind: "not-connected" } });
});

test("[CL3] somebody in another call is busy, and nobody there notices", async () => {
  const people = await createPeople();
  const { ben, clock } = people;
  await talk(people);
  const cy = await people.join("Cy");
  cy.calls.dial({ kind: "device", device: ben.account.device });
  await clock.settle();
  expect(cy.state).toMatchObject({ kind: "ended", reason: { kind: "busy" } });
  expect(ben.state.kind).toBe("connected");
  expect(ben.events).toContainEqual({ name: "call.refused", call: expect.any(String), reason: "busy" });
  expect(ben.media.connections).toHaveLength(1);
});

test("[CL4] two who dial each other at once talk to each other, whatever the delay", async () => {
  for (const delayMs of [0, 1, 40, 500]) {
    const people = await createPeople(delayMs);
    const { ann, ben, clock, world } = people;
    world.delay(ann.account.device, ben.account.device, delayMs);
    ann.calls.dial({ kind: "device", device: ben.account.device });
    ben.calls.dial({ kind: "device", device: ann.account.device });
    await clock.advance(20 * delayMs + 100);
    expect([ann.state.kind, ben.state.kind]).toEqual(["connected", "connected"]);
    const live = [ann, ben].map(({ media }) => media.connections.filter(({ closed }) => !closed).length);
    expect(live).toEqual([1, 1]);
    ann.calls.hangup();
    await clock.advance(4 * delayMs + 100);
    expect([ann.state.kind, ben.state.kind]).toEqual(["ended", "ended"]);
  }
});

test("[CL10] declined, and cancelled before the answer", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  await ring(people);
  ben.calls.decline();
  await clock.settle();
  expect(ann.state).toMatchObject({ reason: { kind: "declined", by: "them" }, sentence: "They declined." });
  expect(ben.state).toMatchObject({ reason: { kind: "declined", by: "us" } });
  await ring(people);
  ann.calls.hangup();
  await clock.settle();
  expect(ann.state).toMatchObject({ reason: { kind: "cancelled" } });
  expect(ben.state).toMatchObject({ reason: { kind: "missed" } });
});

test("[CL11] nobody answers: both ends stop ringing by themselves", async () => {
  const people = await createPeople();
  await ring(people);
  await people.clock.advance(45_000);
  expect(people.ann.state).toMatchObject({ reason: { kind: "no-answer" }, sentence: "No answer." });
  expect(people.ben.state).toMatchObject({ reason: { kind: "missed" } });
});

test("[CL50] before the answer nothing is heard: the callee's microphone is closed, the caller's is not sent", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  await ring(people);
  expect(ben.media.microphones).toHaveLength(0);
  expect(ann.media.microphones).toHaveLength(1);
  expect([ann.connection.microphone, ben.connection.microphone]).toEqual([undefined, undefined]);
  expect([ann.media.playing, ben.media.playing]).toEqual([false, false]);
  ben.calls.answer();
  await clock.settle();
  expect(ann.connection.microphone).toBe(ann.media.microphones[0]);
  expect(ben.connection.microphone).toBe(ben.media.microphones[0]);
  expect([ann.media.playing, ben.media.playing]).toEqual([true, true]);
});

test("[CL8] [CL30] the policy is relay while it rings and what the route says afterwards", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  await ring(people);
  expect([ann.connection.options.policy, ben.connection.options.policy]).toEqual(["relay", "relay"]);
  expect(ann.connection.asked).toEqual(["offer", "accept", "candidate"]);
  ben.calls.answer();
  await clock.settle();
  expect([ann.connection.options.policy, ben.connection.options.policy]).toEqual(["all", "all"]);
  expect(ann.connection.asked).toContain("offer restart");
  await clock.advance(2_000);
  expect(ann.state).toMatchObject({ path: { kind: "direct" } });
});

test("[CL62] where relays carry everything the path names them", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  for (const person of [ann, ben]) person.route = { ...person.route, afterAnswer: "relay" };
  await talk(people);
  await clock.advance(2_000);
  expect(ann.connection.asked).not.toContain("offer restart");
  expect(ann.state).toMatchObject({ path: { kind: "relayed", by: ["relay-one"] }, quality: { rttMs: 40 } });
  expect(ben.events).toContainEqual({ name: "call.path", call: expect.any(String), path: "relayed" });
});

test("[CL51] muting silences the microphone of this call, and the next call starts unmuted", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  await talk(people);
  ann.calls.setMuted(true);
  expect(ann.media.microphones[0]?.muted).toBe(true);
  expect(ann.state).toMatchObject({ microphone: "muted" });
  ann.calls.setMuted(false);
  expect(ann.media.microphones[0]?.muted).toBe(false);
  ann.calls.setMuted(true);
  ann.calls.hangup();
  await clock.settle();
  await ring(people);
  ben.calls.answer();
  await clock.settle();
  expect(ann.media.microphones[1]?.muted).toBe(false);
  expect(ann.state).toMatchObject({ kind: "connected", microphone: "live" });
});

test("[CL52] another microphone takes over during a call, muted as the first was; one that fails does not", async () => {
  const people = await createPeople();
  const { ann } = people;
  await talk(people);
  ann.calls.setMuted(true);
  await ann.calls.chooseMicrophone("second");
  await people.clock.settle();
  const [first, second] = ann.media.microphones;
  expect(second).toMatchObject({ device: "second", muted: true, closed: false });
  expect(first?.closed).toBe(true);
  expect(ann.connection.microphone).toBe(second);
  ann.media.refuse("busy");
  await expect(ann.calls.chooseMicrophone("third")).rejects.toMatchObject({ fault: "busy" });
  expect(second?.closed).toBe(false);
});

test("[CL52] an unplugged microphone is replaced by the usual one; without any the call goes on and says so", async () => {
  const people = await createPeople();
  const { ann, clock } = people;
  await talk(people);
  ann.media.microphones[0]?.unplug();
  await clock.settle();
  expect(ann.connection.microphone).toBe(ann.media.microphones[1]);
  ann.media.refuse("missing");
  ann.media.microphones[1]?.unplug();
  await clock.settle();
  expect(ann.state).toMatchObject({ kind: "connected", microphone: "lost" });
});

test.each(["denied", "missing", "busy", "insecure-page"] as const)(
  "[CL54] no microphone (%s): the caller is told",
  async (fault) => {
    const people = await createPeople();
    const { ann, ben } = people;
    ann.media.refuse(fault);
    await ring(people);
    expect(ann.state).toMatchObject({ kind: "ended", reason: { kind: "microphone", fault } });
    expect(ben.state.kind).toBe("idle");
  },
);

test("[CL54] no microphone at the callee: both ends hear of it", async () => {
  const people = await createPeople();
  people.ben.media.refuse("denied");
  await talk(people);
  expect(people.ben.state).toMatchObject({ reason: { kind: "microphone", fault: "denied" } });
  expect(people.ann.state).toMatchObject({ reason: { kind: "their-failure" } });
});

test("[CL70] every state of a call is plain data: it survives being copied to another tab", async () => {
  const people = await createPeople();
  const seen = new Set<string>();
  for (const { calls } of [people.ann, people.ben])
    calls.state.subscribe((state) => {
      seen.add(state.kind);
      expect(structuredClone(state)).toEqual(state);
    });
  await talk(people);
  await people.clock.advance(3_000);
  people.ben.calls.hangup();
  await people.clock.settle();
  expect([...seen].toSorted()).toEqual(["connected", "connecting", "ended", "idle", "ringing-in", "ringing-out"]);
});

test("[CL61] readings come every second while people talk, and stop with the call", async () => {
  const people = await createPeople();
  const { ann, clock } = people;
  await talk(people);
  expect(ann.state).not.toHaveProperty("quality");
  await clock.advance(1_000);
  expect(ann.state).toMatchObject({ quality: { rttMs: 40, mouthToEarMs: 40 } });
  ann.calls.hangup();
  await clock.advance(60_000);
  expect(clock.waiting).toBe(0);
});
