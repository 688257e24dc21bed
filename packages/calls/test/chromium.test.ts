import { systemClock, systemRandom } from "@skein/core";
import { mintCredential, type Relay, startRelay } from "@skein/relay";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type ChromiumPages, startChromiumPages } from "./chromium-page.ts";
import type { PageGlobals } from "./page/stage.ts";

/** Real connections, real sound: what no mock can vouch for. */
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

function turnServers(): { urls: string[]; username: string; credential: string }[] {
  const credential = mintCredential({ secret: SECRET, id: "test", expiresAt: Date.now() + 3_600_000 });
  return [{ urls: [`turn:127.0.0.1:${relay.port}?transport=udp`], ...credential }];
}

async function openPage(): Promise<Page> {
  const page = await pages.open();
  onTestFinished(() => page.close());
  return page;
}

declare const createStage: PageGlobals["createStage"];

test("[CL8] relay only while it rings, direct after the answer, and sound never stops on the way", async () => {
  const page = await openPage();
  const seen = await page.evaluate(async (iceServers) => {
    const stage = await createStage({ iceServers, beforeAnswer: "relay", afterAnswer: "all" });
    const { caller, callee } = stage;
    await stage.ring();
    const up = (phone: typeof caller) =>
      new Promise<void>((resolve) => {
        const connection = phone.connections[0];
        const look = (): void => {
          if (connection?.connectionState === "connected") resolve();
        };
        connection?.addEventListener("connectionstatechange", look);
        look();
      });
    await caller.until((state) => state.kind === "ringing-out" && state.stage === "ringing");
    await Promise.all([up(caller), up(callee)]);
    const ringing = {
      caller: await stage.readings(caller),
      callee: await stage.readings(callee),
      candidates: [...caller.candidates, ...callee.candidates].map(({ line }) => line),
    };
    const answeredAt = performance.now();
    callee.calls.answer();
    await Promise.all([caller.untilEvent("call.first-audio"), callee.untilEvent("call.first-audio")]);
    const firstAudioMs = performance.now() - answeredAt;
    const isDirect = (
      state: ReturnType<typeof caller.calls.state.subscribe> extends never ? never : typeof caller.calls.state.value,
    ) => state.kind === "connected" && state.path.kind === "direct" && state.quality !== undefined;
    const [callerState] = await Promise.all([caller.until(isDirect), callee.until(isDirect)]);
    const talking = { caller: await stage.readings(caller), callee: await stage.readings(callee) };
    const after = [...caller.candidates, ...callee.candidates].map(({ line, round }) => ({ line, round }));
    stage.end();
    return { ringing, firstAudioMs, callerState, talking, after, events: caller.events.map(({ name }) => name) };
  }, turnServers());
  console.log(JSON.stringify(seen, null, 1));
  expect(seen.ringing.candidates.length).toBeGreaterThan(0);
});
