import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock, systemRandom } from "@skein/core";
import { createKeyPair } from "@skein/identity";
import { LevelDatastore } from "datastore-level";
import { expect, onTestFinished, test } from "vitest";
import { checkedAd, createMember } from "../../test/p2p-world.ts";
import { person } from "../../test/people.ts";
import { createSupernode, type Supernode } from "./supernode.ts";

const key = createKeyPair(systemRandom);

/** Starts the same supernode with what it kept; on another port, as the system is slow to give back one of this process. */
async function start(directory: string): Promise<{ supernode: Supernode; stop: () => Promise<void> }> {
  const datastore = new LevelDatastore(join(directory, "libp2p"));
  await datastore.open();
  const supernode = await createSupernode(
    { listen: ["/ip4/127.0.0.1/udp/0/webrtc-direct"], build: "test", policy: "any" },
    { key, clock: systemClock, random: systemRandom, report: () => {}, supernodes: async () => [], datastore },
  );
  const stop = async (): Promise<void> => {
    await supernode.stop();
    await datastore.close();
  };
  return { supernode, stop };
}

test("[PP48] by webrtc-direct a leaf needs no certificate authority, and its hash stays after a restart", async () => {
  const directory = await mkdtemp(join(tmpdir(), "skein-supernode-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const first = await start(directory);
  const hashOf = (address = ""): string | undefined =>
    /^\/ip4\/127\.0\.0\.1\/udp\/\d+\/webrtc-direct\/certhash\/(u[\w-]+)$/.exec(address)?.[1];
  const hash = hashOf(first.supernode.addresses()[0]);
  expect(hash).toBeDefined();
  await first.stop();

  const second = await start(directory);
  const [address = ""] = second.supernode.addresses();
  expect(hashOf(address)).toBe(hash);
  const ad = checkedAd(second.supernode.ad());
  const member = createMember(person(), { warm: 1, supernodes: async () => [ad], directPolicy: () => "deny" });
  await member.network.start(AbortSignal.timeout(15_000));
  expect(member.via()).toEqual([{ supernode: second.supernode.id, addresses: [address] }]);
  await member.network.stop();
  await second.stop();
});
