import { systemClock, systemRandom } from "@skein/core";
import { chromium } from "playwright-core";
import { expect, onTestFinished, test } from "vitest";
import { mintCredential, startRelay } from "../src/index.ts";

const SECRET = "a secret of the test relay";

/** Two connections of one page that may only use relays; resolves with what arrived and over which candidates. */
async function callThroughRelay(iceServers: RTCIceServer[]): Promise<{ heard: string; pairs: string[] }> {
  const [alice, bob] = [0, 1].map(() => new RTCPeerConnection({ iceServers, iceTransportPolicy: "relay" })) as [
    RTCPeerConnection,
    RTCPeerConnection,
  ];
  alice.onicecandidate = ({ candidate }) => void bob.addIceCandidate(candidate ?? undefined);
  bob.onicecandidate = ({ candidate }) => void alice.addIceCandidate(candidate ?? undefined);
  const heard = new Promise<string>((resolve) => {
    bob.ondatachannel = ({ channel }) => {
      channel.onmessage = ({ data }) => resolve(data);
    };
  });
  const channel = alice.createDataChannel("test");
  channel.onopen = () => channel.send("hello by relay");
  await alice.setLocalDescription();
  await bob.setRemoteDescription(alice.localDescription as RTCSessionDescription);
  await bob.setLocalDescription();
  await alice.setRemoteDescription(bob.localDescription as RTCSessionDescription);
  const result = await heard;
  const stats = new Map<string, RTCStats & Record<string, unknown>>();
  (await alice.getStats()).forEach((entry) => {
    stats.set(entry.id, entry);
  });
  const pairs = [...stats.values()].filter((entry) => entry.type === "candidate-pair" && entry.nominated);
  return {
    heard: result,
    pairs: pairs.map((pair) =>
      [pair.localCandidateId, pair.remoteCandidateId].map((id) => stats.get(String(id))?.candidateType).join("-"),
    ),
  };
}

test("[TU41] Chromium without special flags connects two relay-only ends through 127.0.0.1", async () => {
  const relay = await startRelay(
    { listenAddress: "0.0.0.0", listenPort: 0, relayedAddress: "127.0.0.1", realm: "skein.test", secret: SECRET },
    { clock: systemClock, random: systemRandom },
  );
  onTestFinished(() => relay.close());
  const browser = await chromium.launch({
    executablePath: process.env.SKEIN_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  const credential = mintCredential({ secret: SECRET, id: "test", expiresAt: Date.now() + 60_000 });
  const result = await page.evaluate(callThroughRelay, [{ urls: `turn:127.0.0.1:${relay.port}`, ...credential }]);
  expect(result.heard).toBe("hello by relay");
  expect(result.pairs).toContain("relay-relay");
  expect(relay.stats()).toMatchObject({ allocations: 2, socketErrors: 0 });
  expect(relay.stats().packetsToClients).toBeGreaterThan(10);
});
