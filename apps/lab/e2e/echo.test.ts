import type { Mode } from "@skein/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChromiumPerson } from "../src/stage/person.ts";
import { openStage, type Stage } from "../src/stage/stage.ts";
import { expectSoon } from "./expect-soon.ts";

const ALICE_HZ = 1000;

let stage: Stage;
let alice: ChromiumPerson;

beforeAll(async () => {
  stage = await openStage({ echo: "on" });
  alice = await stage.person("Alice", { toneHz: ALICE_HZ });
  await alice.arrive();
  await alice.online("p2p");
  await alice.add(await stage.echoLink());
});

afterAll(() => stage?.close());

describe.each<Mode>(["p2p", "central"])("the echo contact in %s mode", (mode) => {
  test("it says back what is written, takes the call, says back what is said, and tells the score", async () => {
    await alice.switchTo(mode);
    await alice.seePresence("Echo", "online");
    await alice.open("Echo");
    await alice.say(`Is anybody there, by ${mode}?`);
    await alice.see(`↩ Is anybody there, by ${mode}?`);
    await alice.call();
    await alice.callIs("connected");
    await expectSoon(async () => {
      const heard = await alice.hears(600);
      expect(heard.level).toBeGreaterThan(-50);
      expect(Math.abs(heard.hz - ALICE_HZ)).toBeLessThan(15);
    });
    await alice.hangUp();
    await alice.callIs("ended");
    const score = alice.page.getByText(
      /^↩ Your call, as it was heard here for \d+ s: MOS [1-4]\.\d of 4\.5, loss [\d.]+ %/,
    );
    await expectSoon(async () => expect(await score.count()).toBeGreaterThanOrEqual(mode === "p2p" ? 1 : 2));
  });
});
