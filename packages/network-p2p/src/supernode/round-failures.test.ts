import type { Connection } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { type DeviceId, type SkeinEvent, silent, systemClock, systemRandom } from "@skein/core";
import { labTuning, noMemory } from "@skein/election";
import { createKeyPair, signAd } from "@skein/identity";
import { createHandClock, createSeededRandom } from "@skein/testkit";
import { expect, onTestFinished, test } from "vitest";
import { roomy } from "../../test/election-world.ts";
import { checkedAd } from "../../test/p2p-world.ts";
import { createDialBack } from "./dial-back.ts";
import type { ElectionDriverDependencies } from "./election-driver.ts";
import { createNoticeBoard, createSupernode, declaredReachability, startElection } from "./index.ts";
import type { Neighbour } from "./neighbours.ts";
import type { Service } from "./service.ts";

/** A helper whose streams fail. */
function lost(host: string): Neighbour {
  const connection: Pick<Connection, "newStream" | "remoteAddr"> = {
    newStream: async () => {
      throw new Error(`${host} reset the stream`);
    },
    remoteAddr: multiaddr(`/ip4/${host}/tcp/4001/ws`),
  };
  return { supernode: host as DeviceId, connection: connection as Connection } as Neighbour;
}

test("[PP72] a dial-back round says once what failed in it, and another round follows", async () => {
  const clock = createHandClock();
  const events: SkeinEvent[] = [];
  let helpers = [lost("11.0.0.1"), lost("12.0.0.1")];
  const dialBack = createDialBack(
    { soonMs: 1_000, everyMs: 60_000, helpers: 3 },
    {
      clock,
      random: createSeededRandom(1),
      report: (event) => void events.push(event),
      helpers: () => helpers,
      addresses: () => ["/ip4/13.0.0.1/tcp/4001/ws"],
      onReached: () => {},
    },
  );
  onTestFinished(dialBack.stop);
  dialBack.start(() => {});
  await clock.advance(0);
  const failed = { name: "net.dial-back.failed", failed: 2, reason: expect.stringContaining("reset the stream") };
  expect(events).toEqual([failed]);
  await clock.advance(1_500);
  expect(events).toEqual([failed, failed]);
  helpers = [];
  await clock.advance(10_000);
  expect(events.length).toBe(2);
});

test("[PP72] supernodes that cannot be met are told once a round", async () => {
  const gone = signAd(
    { addresses: ["/ip4/127.0.0.1/tcp/9/ws"], build: "skein-test", issuedAt: Date.now(), loadPct: 0, freeSlots: 9 },
    createKeyPair(systemRandom),
  );
  const events: SkeinEvent[] = [];
  const supernode = await createSupernode(
    { listen: ["/ip4/127.0.0.1/tcp/0/ws"], build: "skein-test", policy: "any", begin: "idle" },
    {
      key: createKeyPair(systemRandom),
      clock: systemClock,
      random: systemRandom,
      report: (event) => void events.push(event),
      supernodes: async () => [checkedAd(gone)],
    },
  );
  onTestFinished(supernode.stop);
  // The round that began with it, or one more.
  await supernode.meetNeighbours();
  const told = events.filter(({ name }) => name === "net.neighbours.failed");
  expect(told).toEqual([expect.objectContaining({ failed: expect.any(Number), reason: expect.any(String) })]);
});

test("[PP72] [PP84] a look at the cell that fails is told with its reason, and the election goes on", async () => {
  const events: SkeinEvent[] = [];
  const clock = createHandClock();
  const board = await createNoticeBoard(
    { operatorKey: undefined },
    { clock, report: silent, store: { load: async () => undefined, save: async () => {} } },
  );
  const dependencies: ElectionDriverDependencies = {
    supernode: {
      id: "us" as DeviceId,
      service: {} as Service,
      heard: () => [],
      meetNeighbours: async () => {
        throw new Error("the roster is broken");
      },
      setCandidate: () => {},
      status: () =>
        ({ reservations: 0, turnedAway: 0 }) as ReturnType<ElectionDriverDependencies["supernode"]["status"]>,
    },
    clock,
    report: (event) => void events.push(event),
    store: { load: async () => noMemory, save: async () => {} },
    board,
    // Who is not fit does not look.
    probes: [declaredReachability("reached", { clock, self: "us" as DeviceId })],
    headroom: () => roomy,
  };
  const election = await startElection(
    { build: "skein-0.2.0", tuning: labTuning, settings: { role: "auto" } },
    dependencies,
  );
  onTestFinished(election.stop);
  await clock.advance(labTuning.reachableForMs + labTuning.lookEveryMs);
  const failed = (): SkeinEvent[] => events.filter(({ name }) => name === "election.look-failed");
  const before = failed().length;
  expect(failed()[0]).toEqual({ name: "election.look-failed", reason: "the roster is broken" });
  await clock.advance(labTuning.lookEveryMs);
  expect(failed().length).toBe(before + 1);
  const told = { name: "election.verdict", helper: "us", outcome: "reached" };
  expect(events.filter(({ name }) => name === "election.verdict")).toEqual([
    { ...told, port: "ws" },
    { ...told, port: "udp" },
  ]);
});
