import { afterAll, beforeAll, test } from "vitest";
import { openStage, type Stage } from "../src/stage/stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage?.close());

/** Chrome means to forbid what webrtc-direct v1 does to the ICE user name; WebSockets must then carry the page online. */
test("a browser without ufrag munging still gets online, by WebSocket", async () => {
  const flags = ["--force-fieldtrials=WebRTC-NoSdpMangleUfrag/Enabled/"];
  const alice = await stage.person("Alice", { toneHz: 1000, flags });
  const bob = await stage.person("Bob", { toneHz: 440, flags });
  await Promise.all([alice.arrive(), bob.arrive()]);
  await Promise.all([alice.online("p2p"), bob.online("p2p")]);
  await alice.add(await bob.link());
  await bob.add(await alice.link());
  await Promise.all([alice.open("Bob"), bob.open("Alice")]);
  await alice.say("by WebSocket");
  await bob.see("by WebSocket");
});
