import { createLive, type DeviceId, type Mode, NetworkError, type NetworkStatus } from "@skein/core";
import { createHandClock, createMemoryWorld, createSeededRandom } from "@skein/testkit";
import { expect, test } from "vitest";
import { type ClientNetwork, createLane } from "./lane.ts";

const self = "A".repeat(43) as DeviceId;

/** A network that gives up at its first start, as central mode does when the account is refused, and comes up at the next. */
function givesUpOnce(): ClientNetwork {
  const world = createMemoryWorld({}, { clock: createHandClock(), random: createSeededRandom(1) });
  const status = createLive<NetworkStatus>({ kind: "stopped" });
  let starts = 0;
  return {
    ...world.join(self),
    status,
    setAvailability() {},
    async start() {
      starts += 1;
      const error = new NetworkError("refused", "the server knows no such account");
      status.set(starts === 1 ? { kind: "failed", error } : { kind: "online", role: "leaf", via: [] });
      if (starts === 1) throw error;
    },
    stop: async () => status.set({ kind: "stopped" }),
  };
}

test("[CT26] choosing the mode in use starts a network that gave up, and leaves one alone that runs", async () => {
  const made: Mode[] = [];
  const network = givesUpOnce();
  const lane = createLane("p2p", (mode) => {
    made.push(mode);
    return network;
  });
  const shown: string[] = [];
  lane.status.subscribe(({ kind }) => shown.push(kind));
  lane.start();
  await lane.change("p2p");
  await lane.change("p2p");
  expect(shown).toEqual(["stopped", "failed", "stopped", "online"]);
  expect(made).toEqual(["p2p"]);
});

test("[CT23] a lane that was stopped starts nothing any more", async () => {
  const network = givesUpOnce();
  const lane = createLane("p2p", () => network);
  await lane.stop();
  lane.start();
  await lane.change("central");
  expect(network.status.value).toEqual({ kind: "stopped" });
});

test("[CT21] a change waits for the one before: never do two networks run, and the last one chosen stays", async () => {
  const running: Mode[] = [];
  const seen: string[] = [];
  const releases: (() => void)[] = [];
  const slowToStop = (mode: Mode): ClientNetwork => ({
    ...givesUpOnce(),
    mode,
    async start() {
      running.push(mode);
      seen.push(running.join("+"));
    },
    async stop() {
      await new Promise<void>((resolve) => releases.push(resolve));
      running.splice(running.indexOf(mode), 1);
    },
  });
  const lane = createLane("p2p", slowToStop);
  lane.start();
  const changes = (["central", "p2p", "central"] as const).map((mode) => lane.change(mode));
  for (const change of changes) {
    await new Promise(setImmediate);
    expect(releases).toHaveLength(1);
    releases.pop()?.();
    await change;
  }
  expect(seen).toEqual(["p2p", "central", "p2p", "central"]);
  expect(lane.network.value.mode).toBe("central");
});
