import { fromBase64Url } from "@skein/core";
import { createKeyPair, introduce, signPresence, signRecord } from "@skein/identity";
import { createSeededRandom } from "@skein/testkit";
import { descriptionPayload, signedEnvelope } from "@skein/wire";
import { expect, test } from "vitest";
import { INTRODUCTION_TIMEOUT_MS, MAX_SILENT_CHANNELS, MAX_WAITING_CHANNELS } from "../src/defaults.ts";
import { claimedCall } from "../src/negotiation/envelope.ts";
import { createPeople, type People, ring, talk } from "./people.ts";
import { createPuppet, type Puppet, puppetSdp, type Wire } from "./puppet.ts";

const CALL = new Uint8Array(16).fill(9);

async function createScene(): Promise<People & { readonly eve: Puppet }> {
  const people = await createPeople();
  const eve = await createPuppet("Eve", { ...people, random: createSeededRandom(99) });
  return { ...people, eve };
}

/** Eve calls Ben properly; it rings there. */
async function eveCalls({ eve, ben, clock }: Awaited<ReturnType<typeof createScene>>): Promise<Wire> {
  const wire = await eve.approach(ben.account.device);
  const envelope = eve.dialogue(CALL, "caller", ben.account.device).seal(puppetSdp("eve0", "actpass"));
  await wire.say({ kind: "description", envelope });
  await clock.settle();
  return wire;
}

function hangups(wire: Wire): readonly string[] {
  return wire.messages.flatMap((message) => (message.kind === "hangup" ? [message.reason] : []));
}

test("[CL15] who does not introduce themselves properly is put out, and nothing rings", async () => {
  const scene = await createScene();
  const { eve, ben, ann, clock } = scene;
  const noise = await eve.open(ben.account.device);
  await noise.channel.send(new Uint8Array([1, 2, 3]));
  const stolen = await eve.open(ben.account.device);
  await stolen.channel.send(introduce({ certificate: ann.account.certificate, card: ann.account.card.bytes }));
  await clock.settle();
  for (const wire of [noise, stolen]) {
    expect(wire.closed).toBe(true);
    expect(wire.heard).toEqual([]);
  }
  expect(ben.state.kind).toBe("idle");
  expect(ben.told.filter((name) => name === "peer.bad-message")).toHaveLength(2);
});

test("[CL15] a device that turns out to be somebody else's is not called", async () => {
  const { ann, ben, eve, clock } = await createScene();
  const { account } = eve;
  const presence = signPresence(
    { certificate: account.certificate, sequence: 1, issuedAt: clock.now(), availability: "online", via: [] },
    account.deviceKey,
  );
  // A directory that lies: asked for somebody, it names Eve's device.
  const find = async () => [presence];
  ann.calls.switchNetwork(
    Object.assign(Object.create(ann.network), {
      directory: Object.assign(Object.create(ann.network.directory), { find }),
    }),
  );
  const meeting = eve.approached();
  ann.calls.dial({ kind: "user", user: ben.account.user });
  await clock.settle();
  const wire = await meeting;
  await clock.settle();
  expect(ann.state).toMatchObject({ reason: { kind: "security", detail: "the device belongs to somebody else" } });
  expect(wire.messages).toEqual([]);
});

test("[CL16] a stranger is told so, and nothing rings", async () => {
  const scene = await createScene();
  scene.ben.relation = "stranger";
  const wire = await eveCalls(scene);
  expect(hangups(wire)).toEqual(["stranger"]);
  expect(wire.closed).toBe(true);
  expect(scene.ben.state.kind).toBe("idle");
  expect(scene.ben.events).toContainEqual({ name: "call.refused", call: "", reason: "stranger" });
  await ring(scene);
  expect(scene.ann.state).toMatchObject({ sentence: "They take calls from their contacts only." });
});

test("[CL17] the blocked hear nothing at all: to them it looks as if nobody answered", async () => {
  const scene = await createScene();
  const { ben, ann, clock } = scene;
  ben.relation = "blocked";
  const wire = await eveCalls(scene);
  expect(wire.heard).toEqual([]);
  expect(wire.closed).toBe(false);
  expect(ben.state.kind).toBe("idle");
  await ring(scene);
  await clock.advance(60_000);
  expect(ann.state).toMatchObject({ kind: "ended", reason: { kind: "unreachable" } });
  expect(wire.heard).toEqual([]);
});

test("[CL17] silence is bounded: the oldest silent channel makes room for the next", async () => {
  const scene = await createScene();
  scene.ben.relation = "blocked";
  const wires = [];
  for (let index = 0; index <= MAX_SILENT_CHANNELS; index += 1) wires.push(await eveCalls(scene));
  expect(wires.map(({ closed }) => closed)).toEqual([
    true,
    ...Array.from({ length: MAX_SILENT_CHANNELS }, () => false),
  ]);
});

test("[CL18] a device may have two channels that bring nothing, and they are closed after 10 s", async () => {
  const { eve, ben, clock } = await createScene();
  const wires = [];
  for (let index = 0; index < 3; index += 1) wires.push(await eve.open(ben.account.device));
  await clock.settle();
  expect(wires.map(({ closed }) => closed)).toEqual([false, false, true]);
  await clock.advance(INTRODUCTION_TIMEOUT_MS);
  expect(wires.every(({ closed }) => closed)).toBe(true);
});

test("[CL18] a crowd of idle channels keeps nobody out: the oldest make room", async () => {
  const scene = await createScene();
  const { ann, ben, clock } = scene;
  const crowd = [];
  for (let index = 0; index < MAX_WAITING_CHANNELS; index += 1) {
    const stranger = await createPuppet(`Nobody ${index}`, { ...scene, random: createSeededRandom(1_000 + index) });
    crowd.push(await stranger.open(ben.account.device));
  }
  await clock.settle();
  ann.calls.dial({ kind: "device", device: ben.account.device });
  await clock.settle();
  expect(ben.state.kind).toBe("ringing-in");
  expect(crowd.map(({ closed }) => closed)).toEqual([
    true,
    ...Array.from({ length: MAX_WAITING_CHANNELS - 1 }, () => false),
  ]);
});

test("[CL19] bytes that are no call message close their channel, are reported, and end no call", async () => {
  const scene = await createScene();
  const { ben, clock } = scene;
  const wire = await eveCalls(scene);
  await wire.channel.send(new Uint8Array([0xff]));
  await clock.settle();
  expect(wire.closed).toBe(true);
  expect(ben.state.kind).toBe("ringing-in");
  expect(ben.events).toContainEqual(
    expect.objectContaining({ name: "peer.bad-message", peer: scene.eve.account.device }),
  );
});

test("[CL14] messages about another call are reported and change nothing", async () => {
  const scene = await createScene();
  const wire = await eveCalls(scene);
  const before = scene.ben.state;
  await wire.say({ kind: "hangup", call: new Uint8Array(16), reason: "hangup" });
  await scene.clock.settle();
  expect(scene.ben.state).toBe(before);
  expect(scene.ben.told).toContain("peer.bad-message");
});

test("[CL20] [CL28] an offer with one flipped byte never reaches a browser; both ends say why", async () => {
  const scene = await createScene();
  const { eve, ben, clock } = scene;
  const wire = await eve.approach(ben.account.device);
  const envelope = eve.dialogue(CALL, "caller", ben.account.device).seal(puppetSdp("eve0", "actpass"));
  const middle = envelope.length >> 1;
  envelope[middle] = (envelope[middle] ?? 0) ^ 1;
  await wire.say({ kind: "description", envelope });
  await clock.settle();
  expect(hangups(wire)).toEqual(["refused"]);
  expect(ben.media.connections).toHaveLength(0);
  expect(ben.events).toContainEqual({
    name: "call.refused",
    call: expect.any(String),
    reason: "call-description: the signature does not hold",
  });
});

/** Ann calls Eve, who has received the offer when this resolves. */
async function annCallsEve(scene: Awaited<ReturnType<typeof createScene>>): Promise<{
  readonly wire: Wire;
  readonly call: Uint8Array;
  readonly dialogue: ReturnType<Puppet["dialogue"]>;
}> {
  const { ann, eve, clock } = scene;
  const meeting = eve.approached();
  ann.calls.dial({ kind: "device", device: eve.account.device });
  const wire = await meeting;
  await clock.settle();
  const offer = wire.messages.find((message) => message.kind === "description");
  const call = offer?.kind === "description" ? claimedCall(offer.envelope) : undefined;
  if (call === undefined || offer?.kind !== "description") throw new Error("no offer came");
  const dialogue = eve.dialogue(call, "callee", ann.account.device);
  expect(dialogue.read(offer.envelope).kind).toBe("fresh");
  return { wire, call, dialogue };
}

test("[CL21] [CL28] an answer signed by another key never reaches a browser; both ends say why", async () => {
  const scene = await createScene();
  const { wire, dialogue } = await annCallsEve(scene);
  const mallory = createKeyPair(createSeededRandom(5));
  const proper = signedEnvelope.decode(dialogue.seal(puppetSdp("eve0", "active")));
  const payload = proper.ok ? descriptionPayload.decode(proper.value.payload) : proper;
  if (!payload.ok) throw new Error(payload.reason);
  const envelope = signRecord("call-description", descriptionPayload, payload.value, mallory);
  await wire.say({ kind: "description", envelope });
  await scene.clock.settle();
  expect(scene.ann.connection.asked).toEqual(["offer"]);
  expect(scene.ann.state).toMatchObject({
    kind: "ended",
    reason: { kind: "security", detail: "another device signed the description" },
    sentence: "Refused: the security check failed, another device signed the description.",
  });
  expect(hangups(wire)).toEqual(["refused"]);
});

test("[CL23] a second answer is refused and reported, and never reaches a browser", async () => {
  const scene = await createScene();
  const { wire, dialogue } = await annCallsEve(scene);
  await wire.say({ kind: "description", envelope: dialogue.seal(puppetSdp("eve0", "active")) });
  await scene.clock.settle();
  expect(scene.ann.connection.asked).toContain("accept");
  await wire.say({ kind: "description", envelope: dialogue.seal(puppetSdp("eve1", "active")) });
  await scene.clock.settle();
  expect(scene.ann.connection.asked.filter((word) => word === "accept")).toHaveLength(1);
  expect(scene.ann.state).toMatchObject({ reason: { kind: "security", detail: "a second answer came" } });
  expect(scene.ann.events).toContainEqual({
    name: "call.refused",
    call: expect.any(String),
    reason: "a second answer came",
  });
});

test("[CL27] a connection that proves another certificate than the signed one is cut before any sound", async () => {
  const people = await createPeople();
  const { ann, ben, clock } = people;
  ann.calls.dial({ kind: "device", device: ben.account.device });
  const unsubscribe = ben.calls.state.subscribe((state) => {
    if (state.kind === "ringing-in") ben.connection.forge(new Uint8Array(32));
  });
  await clock.settle();
  unsubscribe();
  expect(ben.state).toMatchObject({
    kind: "ended",
    reason: { kind: "security", detail: "the connection's certificate is not the signed one" },
  });
  expect(ann.state).toMatchObject({ reason: { kind: "refused" } });
  expect(ben.connection.closed).toBe(true);
});

test("[CL31] more candidates than allowed end the call", async () => {
  const scene = await createScene();
  const wire = await eveCalls(scene);
  const candidate = (port: number): string => `candidate:1 1 udp 1 192.0.2.9 ${port} typ relay`;
  for (let port = 1; port <= 64; port += 1)
    await wire.say({ kind: "candidate", call: CALL, round: 0, candidate: candidate(port) });
  await scene.clock.settle();
  expect(scene.ben.state.kind).toBe("ringing-in");
  await wire.say({ kind: "candidate", call: CALL, round: 0, candidate: candidate(65) });
  await scene.clock.settle();
  expect(scene.ben.state).toMatchObject({ kind: "ended", reason: { kind: "protocol" } });
  expect(hangups(wire)).toEqual(["refused"]);
});

test("[CL42] nobody else can take over the channel of a call, and an unknown call is not carried on", async () => {
  const people = await createPeople();
  const eve = await createPuppet("Eve", { ...people, random: createSeededRandom(99) });
  await talk(people);
  const { ben, clock } = people;
  const call = ben.state.kind === "connected" ? fromBase64Url(ben.state.call) : CALL;
  for (const claimed of [call, CALL]) {
    const wire = await eve.approach(ben.account.device);
    await wire.say({ kind: "resume", call: claimed });
    await clock.settle();
    expect(hangups(wire)).toEqual(["hangup"]);
    expect(wire.closed).toBe(true);
  }
  expect(ben.state).toMatchObject({ kind: "connected" });
});
