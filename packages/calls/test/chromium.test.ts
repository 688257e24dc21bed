import { type IceServer, systemClock, systemRandom } from "@skein/core";
import { mintCredential, type Relay, startRelay } from "@skein/relay";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type ChromiumPages, startChromiumPages } from "./chromium-page.ts";
import type { PageGlobals } from "./page/stage.ts";

// Real connections, real sound: what no fake can vouch for. Two drivers in one page, a relay of our own beside it.

let pages: ChromiumPages;
let relay: Relay;

const SECRET = "a secret of this test run";

beforeAll(async () => {
  relay = await startRelay(
    {
      listenAddress: "127.0.0.1",
      listenPort: 0,
      relayedAddress: "127.0.0.1",
      relayPorts: { kind: "ephemeral" },
      realm: "test",
      secret: SECRET,
      peers: { kind: "public-and", networks: ["127.0.0.0/8"] },
    },
    { clock: systemClock, random: systemRandom },
  );
  pages = await startChromiumPages();
}, 60_000);

afterAll(async () => {
  await pages?.close();
  await relay?.close();
});

function turnServers(): IceServer[] {
  const credential = mintCredential({ secret: SECRET, id: "test", expiresAt: Date.now() + 3_600_000 });
  return [{ urls: [`turn:127.0.0.1:${relay.port}?transport=udp`], ...credential }];
}

async function openPage(): Promise<Page> {
  const page = await pages.open();
  onTestFinished(() => page.close());
  return page;
}

/** Inside the page. */
declare const createStage: PageGlobals["createStage"];

test("[CL8] [CL30] [CL50] while it rings only relays and no sound; direct after the answer, without a gap", async () => {
  const page = await openPage();
  const seen = await page.evaluate(async (iceServers) => {
    const stage = await createStage({ iceServers, beforeAnswer: "relay", afterAnswer: "all" });
    const { caller, callee } = stage;
    await stage.ring();
    await stage.connected();
    const ringing = { readings: await stage.readings(), candidates: [...caller.candidates, ...callee.candidates] };
    callee.calls.answer();
    await Promise.all([caller, callee].map((phone) => phone.untilEvent("call.first-audio")));
    const isDirect = (state: typeof caller.calls.state.value): boolean =>
      state.kind === "connected" && state.path.kind === "direct";
    await Promise.all([caller.until(isDirect), callee.until(isDirect)]);
    const heard = await stage.heardInASecond();
    const talking = await stage.readings();
    const events = [caller.events.map(({ name }) => name), callee.events.map(({ name }) => name)];
    caller.calls.hangup();
    const ends = await Promise.all([caller, callee].map((phone) => phone.until((state) => state.kind === "ended")));
    const closed = [...caller.connections, ...callee.connections].map(({ signalingState }) => signalingState);
    return { ringing, heard, talking, events, ends, closed };
  }, turnServers());

  expect(seen.ringing.candidates.length).toBeGreaterThanOrEqual(2);
  for (const { line, round } of seen.ringing.candidates) {
    expect(round).toBe(0);
    expect(line).toMatch(/ typ relay raddr 0\.0\.0\.0 rport 9/);
  }
  for (const reading of [seen.ringing.readings.caller, seen.ringing.readings.callee])
    expect(reading).toMatchObject({ local: "relay", remote: "relay", packetsReceived: 0, audioEnergy: 0 });
  expect(seen.heard.caller).toBeGreaterThan(0.01);
  expect(seen.heard.callee).toBeGreaterThan(0.01);
  for (const reading of [seen.talking.caller, seen.talking.callee]) {
    expect([reading.local, reading.remote]).not.toContain("relay");
    expect(reading.packetsReceived).toBeGreaterThan(50);
    expect(reading.packetsLost).toBe(0);
  }
  for (const events of seen.events) {
    expect(events.indexOf("call.first-audio")).toBeGreaterThan(events.indexOf("call.answered"));
    expect(events.filter((name) => name === "call.path")).toHaveLength(2);
  }
  expect(seen.ends).toMatchObject([
    { reason: { kind: "hung-up", by: "us" } },
    { reason: { kind: "hung-up", by: "them" } },
  ]);
  expect(seen.closed).toEqual(["closed", "closed"]);
});

test("[CL51] [CL62] through relays from end to end: the path says so, muting silences, unmuting does not", async () => {
  const page = await openPage();
  const seen = await page.evaluate(async (iceServers) => {
    const stage = await createStage({ iceServers, beforeAnswer: "relay", afterAnswer: "relay" });
    const { caller, callee } = stage;
    await stage.ring();
    callee.calls.answer();
    await Promise.all([caller, callee].map((phone) => phone.untilEvent("call.first-audio")));
    caller.calls.setMuted(true);
    const muted = await stage.heardInASecond();
    caller.calls.setMuted(false);
    const unmuted = await stage.heardInASecond();
    const readings = await stage.readings();
    const state = caller.calls.state.value;
    const candidates = [...caller.candidates, ...callee.candidates].map(({ line }) => line);
    stage.end();
    return { muted, unmuted, readings, state, candidates };
  }, turnServers());

  expect(seen.muted.callee).toBeLessThan(0.001);
  expect(seen.muted.caller).toBeGreaterThan(0.01);
  expect(seen.unmuted.callee).toBeGreaterThan(0.01);
  for (const reading of [seen.readings.caller, seen.readings.callee])
    expect(reading).toMatchObject({ local: "relay", remote: "relay" });
  expect(seen.state).toMatchObject({ kind: "connected", path: { kind: "central", by: ["turn"] } });
  expect(seen.state.kind === "connected" && seen.state.quality).toMatchObject({
    ratingFactor: expect.any(Number),
    pair: { local: "relay", remote: "relay", relayProtocol: "udp" },
  });
  expect(seen.candidates.every((line) => line.includes(" typ relay "))).toBe(true);
});

test("[CL41] a call whose ICE is restarted in the middle keeps its sound", async () => {
  const page = await openPage();
  const seen = await page.evaluate(async (iceServers) => {
    const stage = await createStage({ iceServers, beforeAnswer: "relay", afterAnswer: "relay" });
    const { caller, callee } = stage;
    await stage.ring();
    callee.calls.answer();
    await Promise.all([caller, callee].map((phone) => phone.untilEvent("call.first-audio")));
    await stage.heardInASecond();
    const before = await stage.readings();
    // As if the browser had noticed a broken way; the real one still works.
    caller.pretend("interrupted");
    const heard = await stage.heardInASecond();
    const after = await stage.readings();
    const rounds = [caller, callee].map(({ candidates }) => Math.max(...candidates.map(({ round }) => round)));
    stage.end();
    return { before, after, heard, rounds };
  }, turnServers());

  expect(seen.rounds).toEqual([1, 1]);
  expect(seen.heard.caller).toBeGreaterThan(0.01);
  expect(seen.heard.callee).toBeGreaterThan(0.01);
  for (const side of ["caller", "callee"] as const) {
    expect(seen.after[side].packetsLost).toBe(seen.before[side].packetsLost);
    expect(seen.after[side]).toMatchObject({ local: "relay", remote: "relay" });
  }
});

test("[CL20] [CL28] an offer changed on its way is refused before any browser sees it, and both ends say so", async () => {
  const page = await openPage();
  const seen = await page.evaluate(async (iceServers) => {
    const stage = await createStage({
      iceServers,
      beforeAnswer: "relay",
      afterAnswer: "all",
      caller: { tamper: "flip a byte of every description" },
    });
    const { caller, callee } = stage;
    stage.dial();
    const state = await caller.until(({ kind }) => kind === "ended");
    const refused = callee.events.find(({ name }) => name === "call.refused");
    return { state, refused, applied: callee.applied(), calleeState: callee.calls.state.value.kind };
  }, turnServers());

  expect(seen.state).toMatchObject({
    reason: { kind: "refused" },
    sentence: "The other side's security check failed.",
  });
  expect(seen.refused).toMatchObject({ reason: "call-description: the signature does not hold" });
  expect(seen.applied).toBe(0);
  expect(seen.calleeState).toBe("idle");
});

test("[CL45] a fingerprint that was lied about and signed is caught by DTLS: no sound, and a reason that says so", async () => {
  const page = await openPage();
  const seen = await page.evaluate(async (iceServers) => {
    const stage = await createStage({
      iceServers,
      beforeAnswer: "relay",
      afterAnswer: "all",
      callee: { tamper: "sign another fingerprint" },
    });
    const { caller, callee } = stage;
    stage.dial();
    const ended = (phone: typeof caller) => phone.until(({ kind }) => kind === "ended");
    const states = await Promise.all([ended(caller), ended(callee)]);
    return { states, told: caller.events.map(({ name }) => name) };
  }, turnServers());

  const kinds = seen.states.map((state) => state.kind === "ended" && state.reason.kind);
  expect(kinds).toContain("encryption-failed");
  expect(seen.told).not.toContain("call.connected");
});

test("[CL33] without any relay to use, a call that may use nothing else ends and says why", async () => {
  const page = await openPage();
  const state = await page.evaluate(async () => {
    const stage = await createStage({ iceServers: [], beforeAnswer: "relay", afterAnswer: "relay" });
    stage.dial();
    return stage.caller.until(({ kind }) => kind === "ended");
  });
  expect(state).toMatchObject({
    reason: { kind: "no-relay" },
    sentence: "No relay could be reached: this network seems to block them.",
  });
});
