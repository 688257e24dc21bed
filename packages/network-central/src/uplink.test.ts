import { type NetworkStatus, type SkeinEvent, systemRandom } from "@skein/core";
import { openRecord, verifyPresence } from "@skein/identity";
import { createContractAccount, createHandClock, type HandClock } from "@skein/testkit";
import { CENTRAL_CLOSE, type CentralRequest, loginPayload } from "@skein/wire";
import { expect, test } from "vitest";
import { createFakeSocket, type FakeSocket } from "../test/fake-socket.ts";
import { type CentralNetwork, createCentralNetwork } from "./central-network.ts";
import { LOGIN_TIMEOUT_MS, PRESENCE_EVERY_MS, SILENCE_TIMEOUT_MS } from "./defaults.ts";

interface Bench {
  readonly clock: HandClock;
  readonly network: CentralNetwork;
  readonly sockets: FakeSocket[];
  readonly states: NetworkStatus[];
  readonly events: SkeinEvent[];
}

const account = createContractAccount(systemRandom);
const never = new AbortController().signal;

function bench(): Bench {
  const clock = createHandClock(Date.now());
  const sockets: FakeSocket[] = [];
  const events: SkeinEvent[] = [];
  const network = createCentralNetwork(
    { url: "wss://central.example" },
    {
      account,
      clock,
      random: { fraction: () => 0.5, bytes: systemRandom.bytes },
      report: (event) => events.push(event),
      connect(url) {
        const made = createFakeSocket(url);
        sockets.push(made);
        return made.socket;
      },
    },
  );
  const states: NetworkStatus[] = [];
  network.status.subscribe((status) => states.push(status));
  return { clock, network, sockets, states, events };
}

function requestsOf<Kind extends CentralRequest["kind"]>(
  socket: FakeSocket | undefined,
  kind: Kind,
): Extract<CentralRequest, { kind: Kind }>[] {
  return (socket?.sent ?? []).flatMap((frame) =>
    frame.kind === "control" && frame.message.kind === kind
      ? [frame.message as Extract<CentralRequest, { kind: Kind }>]
      : [],
  );
}

/** Plays the server until the last socket is online. */
async function welcome({ clock, sockets }: Bench): Promise<FakeSocket> {
  await clock.settle();
  const socket = sockets.at(-1);
  if (socket === undefined) throw new Error("nobody dialled");
  socket.say({ kind: "challenge", nonce: new Uint8Array(32).fill(7) });
  socket.say({ kind: "welcome" });
  await clock.settle();
  const [publish] = requestsOf(socket, "publish");
  if (publish === undefined) throw new Error("nothing was published");
  socket.say({ kind: "done", id: publish.id });
  await clock.settle();
  return socket;
}

function presencesOf(socket: FakeSocket, now: number): { sequence: number; availability: string }[] {
  return requestsOf(socket, "publish").map(({ presence }) => {
    const parsed = verifyPresence(presence, now);
    if (!parsed.ok) throw new Error(parsed.reason);
    return { sequence: parsed.value.sequence, availability: parsed.value.availability };
  });
}

test("[CE3] the login answers the challenge and names the origin that was dialled", async () => {
  const made = bench();
  const started = made.network.start(never);
  const socket = await welcome(made);
  await started;
  expect(socket.url).toBe("wss://central.example/skein/central/1");
  const [login] = requestsOf(socket, "login");
  const proof = openRecord("central-login", loginPayload, login?.proof ?? new Uint8Array(), 1_000);
  expect(proof).toMatchObject({
    ok: true,
    value: { payload: { nonce: new Uint8Array(32).fill(7), server: "wss://central.example" } },
  });
  await made.network.stop();
});

test("[CE50] a lost link is dialled again, later each time, and at once anew after it was online", async () => {
  const made = bench();
  const { clock, network, sockets, states } = made;
  const started = network.start(never);
  await clock.settle();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    const droppedAt = clock.now();
    sockets.at(-1)?.drop();
    await clock.settle();
    await clock.advanceTo(clock.nextAt ?? 0);
    waits.push(clock.now() - droppedAt);
    expect(sockets).toHaveLength(attempt + 2);
  }
  expect(waits).toEqual([375, 750, 1_500, 3_000, 6_000, 11_250, 11_250]);
  expect(states.at(-1)).toMatchObject({ kind: "joining", lastError: { code: "offline" } });
  await welcome(made);
  await started;
  const droppedAt = clock.now();
  sockets.at(-1)?.drop();
  await clock.settle();
  await clock.advanceTo(clock.nextAt ?? 0);
  expect(clock.now() - droppedAt).toBe(375);
  await network.stop();
});

test("[CE51] a refused login and a session taken over end the tries", async () => {
  for (const code of [CENTRAL_CLOSE.loginRefused, CENTRAL_CLOSE.superseded]) {
    const made = bench();
    const started = made.network.start(never);
    await made.clock.settle();
    made.sockets[0]?.drop(code, "because");
    await expect(started).rejects.toMatchObject({ code: "refused", message: expect.stringContaining("because") });
    expect(made.states.map(({ kind }) => kind)).toEqual(["stopped", "joining", "failed"]);
    await made.clock.advance(600_000);
    expect(made.sockets).toHaveLength(1);
  }
});

test("[CE52] a server that does not answer, or falls silent, is given up", async () => {
  const made = bench();
  const { clock, network, sockets } = made;
  const started = network.start(never);
  await clock.settle();
  await clock.advance(LOGIN_TIMEOUT_MS);
  expect(sockets[0]?.closedByClient).toBe(true);
  await clock.advance(1_000);
  const socket = await welcome(made);
  await started;
  await clock.advance(SILENCE_TIMEOUT_MS - 1);
  socket.say({ kind: "ping" });
  expect(requestsOf(socket, "pong")).toHaveLength(1);
  await clock.advance(SILENCE_TIMEOUT_MS - 1);
  expect(network.status.value.kind).toBe("online");
  await clock.advance(1);
  expect(network.status.value).toMatchObject({
    kind: "joining",
    lastError: { message: expect.stringContaining("silent") },
  });
  expect(socket.closedByClient).toBe(true);
  await network.stop();
});

test("[CE53] stop while connecting leaves nothing behind", async () => {
  const { clock, network, sockets, states } = bench();
  const started = expect(network.start(never)).rejects.toMatchObject({ code: "stopped" });
  await clock.settle();
  await network.stop();
  await started;
  expect(sockets[0]?.closedByClient).toBe(true);
  expect(clock.waiting).toBe(0);
  expect(states.map(({ kind }) => kind)).toEqual(["stopped", "joining", "stopped"]);
});

test("[CE53] an address that is none fails at once", async () => {
  const clock = createHandClock();
  const network = createCentralNetwork({ url: "not an address" }, { account, clock, random: systemRandom });
  await expect(network.start(never)).rejects.toMatchObject({ code: "offline" });
  expect(network.status.value.kind).toBe("failed");
});

test("[CE16] presence: signed at login, every 20 minutes, and when availability changes; sequences rise", async () => {
  const made = bench();
  const { clock, network } = made;
  const started = network.start(never);
  const socket = await welcome(made);
  await started;
  const keepAlive = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 20_000) {
      await clock.advance(20_000);
      socket.say({ kind: "ping" });
    }
  };
  await keepAlive(PRESENCE_EVERY_MS);
  network.setAvailability("away");
  network.setAvailability("away");
  const said = presencesOf(socket, clock.now());
  expect(said.map(({ availability }) => availability)).toEqual(["online", "online", "away"]);
  expect(said.map(({ sequence }) => sequence)).toEqual(said.map(({ sequence }) => sequence).sort((a, b) => a - b));
  expect(new Set(said.map(({ sequence }) => sequence)).size).toBe(3);
  await network.stop();
});

test("[CE16] after a short break the same record is published again", async () => {
  const made = bench();
  const started = made.network.start(never);
  const first = await welcome(made);
  await started;
  first.drop();
  await made.clock.settle();
  await made.clock.advance(1_000);
  const second = await welcome(made);
  expect(requestsOf(second, "publish").map(({ presence }) => presence)).toEqual(
    requestsOf(first, "publish").map(({ presence }) => presence),
  );
  await made.network.stop();
});

test("[CE16] a server that knows a higher sequence is asked for it, once", async () => {
  const made = bench();
  const { clock, network, sockets } = made;
  const started = expect(network.start(never)).rejects.toMatchObject({ code: "refused" });
  await clock.settle();
  const [socket] = sockets;
  socket?.say({ kind: "challenge", nonce: new Uint8Array(32) });
  socket?.say({ kind: "welcome" });
  await clock.settle();
  const [publish] = requestsOf(socket, "publish");
  socket?.say({
    kind: "failed",
    id: publish?.id ?? 0,
    code: "refused",
    reason: "its sequence is not above the last one",
  });
  await clock.settle();
  const [find] = requestsOf(socket, "find");
  socket?.say({ kind: "found", id: find?.id ?? 0, presences: [] });
  await clock.settle();
  await started;
  expect(requestsOf(socket, "publish")).toHaveLength(1);
});
