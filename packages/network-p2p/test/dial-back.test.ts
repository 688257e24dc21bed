import { silent, systemClock, systemRandom } from "@skein/core";
import { createKeyPair } from "@skein/identity";
import { REACH_PROTOCOL, type ReachRequest, reachReply, reachRequest } from "@skein/wire";
import { afterEach, expect, test } from "vitest";
import { openFrames } from "../src/frames.ts";
import { createSupernode, type Supernode } from "../src/supernode/index.ts";
import { DIAL_BACKS_PER_ADDRESS } from "../src/supernode/limits.ts";
import { type RawLeaf, startRawLeaf } from "./raw-leaf.ts";

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

async function supernode(
  begin: "open" | "idle",
  listen: readonly string[] = ["/ip4/127.0.0.1/tcp/0/ws"],
): Promise<Supernode> {
  const made = await createSupernode(
    { listen, build: "skein-test", policy: "any", begin },
    {
      key: createKeyPair(systemRandom),
      clock: systemClock,
      random: systemRandom,
      report: silent,
      supernodes: async () => [],
    },
  );
  opened.push(made.stop);
  return made;
}

async function stranger(): Promise<RawLeaf> {
  const leaf = await startRawLeaf();
  opened.push(leaf.stop);
  return leaf;
}

/** Asks a helper one thing on a stream of its own. */
async function ask(leaf: RawLeaf, helper: Supernode, request: ReachRequest | Uint8Array) {
  const connection = await leaf.connect(helper);
  const frames = openFrames(await connection.newStream(REACH_PROTOCOL), 4_096);
  await frames.send(request instanceof Uint8Array ? request : reachRequest.encode(request));
  for await (const frame of frames.incoming) return reachReply.decode(frame);
  return "ended";
}

const nonce = new Uint8Array(16).fill(3);
const dialMe = (address: string): ReachRequest => ({ kind: "dial-me", ports: [{ port: "ws", address, nonce }] });

test("[PP60] a helper dials nobody but the one who asks, at the address it sees, and nothing that is no supernode's", async () => {
  const helper = await supernode("open");
  const leaf = await stranger();
  for (const address of [
    "/ip4/192.0.2.7/tcp/4001/ws",
    "/ip4/127.0.0.1/tcp/4001",
    "/dns4/localhost/tcp/4001/ws",
    `/ip4/127.0.0.1/tcp/4001/ws/p2p/${"12D3KooWARjNy75oxNxY6FfDD4yHGx6MFUv57CNoXKyKbpsK5mN7"}`,
    "nonsense",
  ])
    expect(await ask(leaf, helper, dialMe(address)), address).toEqual({
      ok: true,
      value: { kind: "refused", reason: "address" },
    });
  expect(await ask(leaf, helper, Uint8Array.of(1, 2, 3))).toBe("ended");
});

test("[PP60] a port where nobody listens is not reached; after so many dials of one address the helper is busy", async () => {
  const helper = await supernode("open");
  const leaf = await stranger();
  const answers: unknown[] = [];
  for (let count = 0; count <= DIAL_BACKS_PER_ADDRESS.burst; count += 1)
    answers.push(await ask(leaf, helper, dialMe("/ip4/127.0.0.1/tcp/9/ws")));
  const tried = { ok: true, value: { kind: "tried", ports: [{ port: "ws", outcome: "not-reached" }] } };
  expect(answers.slice(0, -1)).toEqual(answers.slice(0, -1).map(() => tried));
  expect(answers.at(-1)).toEqual({ ok: true, value: { kind: "refused", reason: "busy" } });
});

test("[PP60] a node that does not serve helps nobody", async () => {
  const helper = await supernode("idle");
  const leaf = await stranger();
  expect(await ask(leaf, helper, dialMe("/ip4/127.0.0.1/tcp/9/ws"))).toEqual({
    ok: true,
    value: { kind: "refused", reason: "busy" },
  });
});
