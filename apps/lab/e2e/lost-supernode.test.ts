import { afterAll, beforeAll, expect, test } from "vitest";
import type { Person } from "../src/stage/person.ts";
import { openStage, type Stage } from "../src/stage/stage.ts";
import { expectSoon } from "./expect-soon.ts";

let stage: Stage;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  stage = await openStage();
  alice = await stage.person("Alice", { toneHz: 1000 });
  bob = await stage.person("Bob", { toneHz: 440 });
  await Promise.all([alice.arrive(), bob.arrive()]);
  await alice.add(await bob.link());
  await bob.add(await alice.link());
  await Promise.all([alice.seePresence("Bob", "online"), bob.seePresence("Alice", "online")]);
  await Promise.all([alice.open("Bob"), bob.open("Alice")]);
});

afterAll(() => stage?.close());

test("two tabs chat while a supernode is killed: the chat goes on and a new call still connects", async () => {
  await alice.say("before");
  await bob.see("before");
  await stage.kill("supernode-1");
  await alice.say("after, from Alice");
  await bob.see("after, from Alice");
  await bob.say("after, from Bob");
  await alice.see("after, from Bob");
  await alice.call();
  await bob.callIs("ringing-in");
  await bob.answer();
  await Promise.all([alice.callIs("connected"), bob.callIs("connected")]);
  await expectSoon(async () => expect(Math.abs((await bob.hears(600)).hz - 1000)).toBeLessThan(15));
  await alice.hangUp();
  await bob.callIs("ended");
});
