import type { Mode } from "@skein/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HeadlessPeer, startHeadlessPeer } from "../src/headless/headless-peer.ts";
import { callIs, callPath, hears, message, online } from "../src/headless/told.ts";
import type { Person } from "../src/stage/person.ts";
import { openStage, type Stage } from "../src/stage/stage.ts";
import { expectSoon } from "./expect-soon.ts";

const ALICE_HZ = 1000;
const ROBOT_HZ = 440;

let stage: Stage;
let alice: Person;
let robot: HeadlessPeer;

beforeAll(async () => {
  stage = await openStage();
  [alice, robot] = await Promise.all([
    stage.person("Alice", { toneHz: ALICE_HZ }),
    startHeadlessPeer({ name: "Robot", page: stage.address, flags: ["--play", `tone:${ROBOT_HZ}`] }),
  ]);
  await alice.arrive();
  await alice.online("p2p");
  await online(robot, "p2p");
  await alice.add(robot.link);
  await robot.order({ kind: "add-contact", link: await alice.link() });
});

afterAll(async () => {
  await robot?.close();
  await stage?.close();
});

async function expectToneFromRobot(): Promise<void> {
  await expectSoon(async () => {
    const heard = await alice.hears(600);
    expect(heard.level).toBeGreaterThan(-50);
    expect(Math.abs(heard.hz - ROBOT_HZ)).toBeLessThan(15);
  });
}

describe.each<Mode>(["p2p", "central"])("Chromium and a headless peer in %s mode", (mode) => {
  beforeAll(async () => {
    await Promise.all([alice.switchTo(mode), robot.order({ kind: "choose-mode", mode })]);
    await online(robot, mode);
    await alice.seePresence("Robot", "online");
    await alice.open("Robot");
  });

  test("messages go both ways", async () => {
    await alice.say(`Hello Robot, by ${mode}`);
    await message(robot, `Hello Robot, by ${mode}`);
    await robot.order({ kind: "send", user: await userOfAlice(), body: `Hello Alice, by ${mode}` });
    await alice.see(`Hello Alice, by ${mode}`);
    await message(robot, `Hello Alice, by ${mode}`, "delivered", "read");
  });

  test("Chromium calls, the headless peer answers; each hears the other, also after the restart of ICE it cannot do", async () => {
    const since = robot.lines.length;
    await alice.call();
    await callIs(robot, "ringing-in", since);
    await robot.order({ kind: "answer" });
    await Promise.all([alice.callIs("connected"), callIs(robot, "connected", since)]);
    await Promise.all([hears(robot, ALICE_HZ, since), expectToneFromRobot()]);
    // In P2P the browser asks for a restart of ICE after the answer: direct when no pair was found yet, else the relayed
    // one stays. In central mode nothing but the relay may be used.
    await callPath(robot, mode === "p2p" ? ["direct", "relayed"] : ["central"], since);
    const later = robot.lines.length;
    await Promise.all([hears(robot, ALICE_HZ, later), expectToneFromRobot()]);
    await alice.hangUp();
    await Promise.all([alice.callIs("ended"), callIs(robot, "ended", since)]);
  });

  test("the headless peer calls, Chromium answers; mute silences; the headless peer hangs up", async () => {
    const since = robot.lines.length;
    await robot.order({ kind: "call", user: await userOfAlice() });
    await alice.callIs("ringing-in");
    await alice.answer();
    await Promise.all([alice.callIs("connected"), callIs(robot, "connected", since)]);
    await Promise.all([hears(robot, ALICE_HZ, since), expectToneFromRobot()]);
    await robot.order({ kind: "mute", muted: true });
    await expectSoon(async () => expect((await alice.hears(600)).level).toBeLessThan(-70));
    await robot.order({ kind: "mute", muted: false });
    await expectToneFromRobot();
    await robot.order({ kind: "hang-up" });
    await Promise.all([alice.callIs("ended"), callIs(robot, "ended", since)]);
  });
});

describe("Chromium and a headless peer in p2p mode, answered late", () => {
  test("[PE13] the pair found while it rang stays after the restart of ICE that Chromium asks for, and both are heard", async () => {
    await Promise.all([alice.switchTo("p2p"), robot.order({ kind: "choose-mode", mode: "p2p" })]);
    await alice.seePresence("Robot", "online");
    await alice.open("Robot");
    const since = robot.lines.length;
    const events = (await alice.events()).length;
    await alice.call();
    await callIs(robot, "ringing-in", since);
    const ringing = async (): Promise<readonly string[]> =>
      (await alice.events()).slice(events).map((event) => `${event.name} ${event.path ?? ""}`);
    await expectSoon(async () => expect(await ringing()).toContain("call.path relayed"));
    await robot.order({ kind: "answer" });
    await Promise.all([alice.callIs("connected"), callIs(robot, "connected", since)]);
    // Long enough for a way that is about to end to be gone: three readings of its quality.
    const answered = robot.lines.length;
    await robot.until(
      "three readings",
      () => robot.lines.slice(answered).filter(({ kind }) => kind === "call").length >= 3,
      answered,
    );
    const later = robot.lines.length;
    await Promise.all([hears(robot, ALICE_HZ, later), expectToneFromRobot()]);
    await alice.callPath("relayed");
    await alice.hangUp();
    await callIs(robot, "ended", since);
  });
});

async function userOfAlice(): Promise<string> {
  const line = await robot.until("Alice as a contact", ({ kind, name }) => kind === "contact" && name === "Alice");
  return String(line.user);
}
