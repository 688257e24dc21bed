import type { Mode } from "@skein/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChromiumPerson, Person } from "../src/stage/person.ts";
import { openStage, type Stage } from "../src/stage/stage.ts";
import { expectSoon } from "./expect-soon.ts";

const ALICE_HZ = 1000;
const BOB_HZ = 440;

let stage: Stage;
let alice: ChromiumPerson;
let bob: ChromiumPerson;

beforeAll(async () => {
  stage = await openStage();
  alice = await stage.person("Alice", { toneHz: ALICE_HZ });
  bob = await stage.person("Bob", { toneHz: BOB_HZ });
  await Promise.all([alice.arrive(), bob.arrive()]);
  await Promise.all([alice.online("p2p"), bob.online("p2p")]);
  await alice.add(await bob.link());
  await bob.add(await alice.link());
});

afterAll(() => stage?.close());

async function expectTone(listener: Person, hz: number): Promise<void> {
  await expectSoon(async () => {
    const heard = await listener.hears(600);
    expect(heard.level).toBeGreaterThan(-50);
    expect(Math.abs(heard.hz - hz)).toBeLessThan(15);
  });
}

async function expectSilence(listener: Person): Promise<void> {
  await expectSoon(async () => expect((await listener.hears(600)).level).toBeLessThan(-70));
}

async function expectCall(
  caller: Person,
  callerHz: number,
  callee: Person,
  calleeHz: number,
  mode: Mode,
): Promise<void> {
  await caller.call();
  await Promise.all([caller.callIs("ringing-out"), callee.callIs("ringing-in")]);
  await callee.answer();
  await Promise.all([caller.callIs("connected"), callee.callIs("connected")]);
  await Promise.all([expectTone(callee, callerHz), expectTone(caller, calleeHz)]);
  const path = mode === "p2p" ? "direct" : "central";
  await Promise.all([caller.callPath(path), callee.callPath(path)]);
  const pairs = await Promise.all([caller.selectedPair(), callee.selectedPair()]);
  if (mode === "central")
    expect(pairs).toEqual([
      { local: "relay", remote: "relay" },
      { local: "relay", remote: "relay" },
    ]);
  else for (const pair of pairs) expect([pair?.local, pair?.remote]).not.toContain("relay");
}

describe.each<Mode>(["p2p", "central"])("two people in %s mode", (mode) => {
  beforeAll(async () => {
    await Promise.all([alice.switchTo(mode), bob.switchTo(mode)]);
    await Promise.all([alice.seePresence("Bob", "online"), bob.seePresence("Alice", "online")]);
    await Promise.all([alice.open("Bob"), bob.open("Alice")]);
  });

  test("messages go both ways and are seen to be read", async () => {
    await alice.say(`Hello Bob, by ${mode}`);
    await bob.see(`Hello Bob, by ${mode}`);
    await alice.see(`Hello Bob, by ${mode}`, "delivered", "read");
    await bob.say(`Hello Alice, by ${mode}`);
    await alice.see(`Hello Alice, by ${mode}`);
    await bob.see(`Hello Alice, by ${mode}`, "delivered", "read");
  });

  test("Alice calls Bob: each hears the other's tone; mute silences; hanging up ends both", async () => {
    await expectCall(alice, ALICE_HZ, bob, BOB_HZ, mode);
    await alice.at("mute").click();
    await expectSilence(bob);
    await expectTone(alice, BOB_HZ);
    await alice.at("mute").click();
    await expectTone(bob, ALICE_HZ);
    await bob.hangUp();
    await Promise.all([alice.callIs("ended"), bob.callIs("ended")]);
  });

  test("Bob calls Alice: each hears the other's tone; Alice hangs up", async () => {
    await expectCall(bob, BOB_HZ, alice, ALICE_HZ, mode);
    await alice.hangUp();
    await Promise.all([alice.callIs("ended"), bob.callIs("ended")]);
  });

  test("reload keeps identity, contacts and history, and the network comes back", async () => {
    const link = await alice.link();
    await alice.page.reload();
    await alice.online(mode);
    expect(await alice.link()).toBe(link);
    await alice.open("Bob");
    await alice.see(`Hello Bob, by ${mode}`);
    await alice.see(`Hello Alice, by ${mode}`);
    await bob.say(`Still there, by ${mode}?`);
    await alice.see(`Still there, by ${mode}?`);
  });
});
