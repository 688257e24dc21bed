import { afterAll, beforeAll, expect, test } from "vitest";
import type { ChromiumPerson } from "../src/stage/person.ts";
import { openStage, type Stage } from "../src/stage/stage.ts";

let stage: Stage;
let alice: ChromiumPerson;
let bob: ChromiumPerson;

beforeAll(async () => {
  stage = await openStage();
  alice = await stage.person("Alice", { toneHz: 1000 });
  bob = await stage.person("Bob", { toneHz: 440 });
  await Promise.all([alice.arrive(), bob.arrive()]);
  await Promise.all([alice.online("p2p"), bob.online("p2p")]);
});

afterAll(() => stage?.close());

test("a broken contact link is refused with a sentence and stays to be mended", async () => {
  const broken = `${(await bob.link()).slice(0, -4)}AAAA`;
  await alice.add(broken);
  await alice.page.getByText("This contact link is damaged or was changed on its way.").waitFor();
  expect(await alice.at("add-contact-input").inputValue()).toBe(broken);
  await alice.add(await alice.link());
  await alice.page.getByText("This is your own link.").waitFor();
});

test("somebody unknown who writes is a request; once accepted, both talk", async () => {
  await alice.add(await bob.link());
  await alice.open("Bob");
  await alice.say("Hello, it is Alice");
  await bob.page.getByText("Hello, it is Alice").waitFor();
  await bob.page.getByRole("button", { name: /^Accept/ }).click();
  await bob.open("Alice");
  await bob.see("Hello, it is Alice");
  await bob.say("Hello Alice");
  await alice.see("Hello Alice");
});

test("a message of a megabyte is not sent, stays in the field, and the page says why", async () => {
  const huge = "x".repeat(1_000_000);
  await alice.at("message-input").fill(huge);
  await alice.at("send").click();
  await alice.page.getByText("characters too long: one message holds 16,000.").waitFor();
  expect(await alice.at("message-input").inputValue()).toHaveLength(huge.length);
  await alice.say("short again");
  await bob.see("short again");
});

test("a second tab of a profile says so, follows, sends, and takes over when the first closes", async () => {
  const second = await stage.tab(alice);
  await second.page.goto(alice.page.url());
  await second.page.getByText("Skein is open in another tab; this one follows it.").waitFor();
  await second.open("Bob");
  await second.see("short again");
  await second.say("from the second tab");
  await bob.see("from the second tab");
  await alice.see("from the second tab");
  await alice.page.close();
  await second.page.getByText("this one follows it").waitFor({ state: "detached" });
  await second.page.getByText("Taking over").waitFor({ state: "detached" });
  await second.online("p2p");
  await second.say("the second tab leads now");
  await bob.see("the second tab leads now");
});
