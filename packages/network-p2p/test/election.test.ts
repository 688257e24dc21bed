import { systemClock, systemRandom, until } from "@skein/core";
import { type ElectionState, signNotice } from "@skein/election";
import { createKeyPair } from "@skein/identity";
import { createContractAccount } from "@skein/testkit";
import { afterEach, expect, test } from "vitest";
import { createPlacements, type Placements } from "../src/index.ts";
import { openIndexClient } from "../src/index-client.ts";
import { peerIdOf } from "../src/peer-id.ts";
import type { ElectedNode, NodeOptions } from "./election-world.ts";
import { startElectedNode } from "./election-world.ts";
import { checkedAd, createMember, type P2pMember } from "./p2p-world.ts";
import { startRawLeaf } from "./raw-leaf.ts";

const nodes: ElectedNode[] = [];
const members: P2pMember[] = [];
afterEach(async () => {
  await Promise.all(members.splice(0).map(({ network }) => network.stop()));
  await Promise.all(nodes.splice(0).map((node) => node.stop()));
});

const limit = (): AbortSignal => AbortSignal.timeout(18_000);
const others = (): readonly ElectedNode["supernode"][] => nodes.map(({ supernode }) => supernode);
async function node(options: NodeOptions = {}): Promise<ElectedNode> {
  const started = await startElectedNode(others, options);
  nodes.push(started);
  return started;
}
async function seeds(count: number, options: NodeOptions = {}): Promise<readonly ElectedNode[]> {
  const started: ElectedNode[] = [];
  while (started.length < count) started.push(await node({ settings: { role: "always", leaves: 100 }, ...options }));
  return started;
}
const opened = ({ election }: ElectedNode): Promise<unknown> =>
  until(election.view, ({ state }) => state.role.kind === "serving", limit());
const ended = ({ election }: ElectedNode): Promise<unknown> =>
  until(election.view, ({ state }) => state.role.kind === "leaf", limit());
/** A leaf that knows these supernodes and keeps one of them; started, unless it will find no room. */
async function leafAt(at: readonly ElectedNode[], placements?: Placements): Promise<P2pMember> {
  const member = createMember(createContractAccount(systemRandom), {
    warm: 1,
    supernodes: async () => at.map(({ supernode }) => checkedAd(supernode.ad())),
    directPolicy: () => "deny",
    ...(placements === undefined ? {} : { placements }),
  });
  members.push(member);
  const starting = member.network.start(limit());
  if (placements === undefined) await starting;
  else starting.catch(() => {});
  return member;
}

test("[PP55] a pinned node serves once its election has begun; before that it takes no leaf and no index stream", async () => {
  const [seed] = await seeds(1);
  expect(seed?.supernode.status()).toMatchObject({ service: "open", slots: 100 });
  const idle = await node({ settings: { role: "never" } });
  expect(idle.supernode.status()).toMatchObject({ service: "idle", slots: 0 });
  expect(idle.supernode.ads().length).toBe(1);
});

test("[PP56] a node that others reach elects itself while supernodes are missing, and leaves find it", async () => {
  await seeds(2);
  const candidate = await node();
  await opened(candidate);
  const { reachability } = candidate.election.view.value.state;
  expect(new Set(reachability.verdicts.map(({ outcome }) => outcome))).toEqual(new Set(["reached"]));
  expect(reachability.verdicts.filter(({ port }) => port === "ws").length).toBeGreaterThanOrEqual(2);
  const leaf = await leafAt([candidate]);
  expect(leaf.network.vias().map((via) => via.supernode)).toEqual([candidate.supernode.id]);
  expect(candidate.supernode.status().reservations).toBe(1);
});

test("[PP57] a node with a port that cannot be reached stays what it is, and says why", async () => {
  await seeds(3);
  const closed = await node({ udp: "not-reached" });
  await until(closed.election.view, ({ state }) => state.reachability.verdicts.length >= 3, limit());
  const { decision, state } = closed.election.view.value;
  expect(state.role.kind).toBe("leaf");
  expect(decision).toMatchObject({ because: "unfit" });
  expect(decision.reasons.find(({ about }) => about === "ws-port")).toMatchObject({ verdict: "pass" });
  expect(decision.reasons.find(({ about }) => about === "udp-port")).toMatchObject({ verdict: "fail" });
});

test("[PP58] out of service stage by stage: leaves are moved, roles end, and the node serves again when asked", async () => {
  const [first, second] = await seeds(2);
  if (first === undefined || second === undefined) throw new Error("no seeds");
  const leaf = await leafAt([first, second]);
  const homeId = leaf.network.vias()[0]?.supernode;
  const [home, other] = homeId === first.supernode.id ? [first, second] : [second, first];
  home.election.setSettings({ role: "never" });
  await ended(home);
  expect(home.supernode.status()).toMatchObject({ service: "idle", reservations: 0, turn: undefined });
  await until(
    leaf.network.status,
    (status) => status.kind === "online" && status.via.includes(other.supernode.id),
    limit(),
  );
  home.election.setSettings({ role: "always", leaves: 100 });
  await opened(home);
  await until(home.election.view, () => home.supernode.status().service === "open", limit());
  const late = await leafAt([home]);
  expect(late.network.vias().map((via) => via.supernode)).toEqual([home.supernode.id]);
});

test("[PP82] one that leaves says so to its leaves at once, by its own ad", async () => {
  const [home] = await seeds(1);
  if (home === undefined) throw new Error("no seed");
  const raw = await startRawLeaf();
  const told = Promise.withResolvers<readonly Uint8Array[]>();
  const handlers = { onPush: () => {}, onEnd: () => {}, onLeaving: told.resolve };
  const index = await openIndexClient(await raw.connect(home.supernode), handlers, limit());
  // Stages take their time only where somebody has a slot.
  await raw.reservations.addRelay(peerIdOf(home.supernode.id), "configured");
  await index.ask({ kind: "join", as: "leaf", home: "yes", candidate: "no" });
  home.election.setSettings({ role: "never" });
  const ads = (await told.promise).map(checkedAd);
  expect(ads).toMatchObject([{ supernode: home.supernode.id, serving: { phase: "leaving" } }]);
  await raw.stop();
});

test("[EL33] what leaves of its process were told at the door, and nothing else, is a node's own evidence of need", async () => {
  const full = await seeds(3, { settings: { role: "always", leaves: 1 } });
  for (const each of full) await leafAt([each]);
  const placements = createPlacements({ clock: systemClock });
  const told = await node({ placements });
  const untold = await node();
  await leafAt(full, placements);
  const { cell } = (await until(told.election.view, ({ state }) => ownFailures(state) >= 3, limit())).state;
  expect(cell?.ownTries).toBe(cell?.ownFailures);
  const { state } = await until(untold.election.view, ({ state: { cell: seen } }) => seen !== undefined, limit());
  expect(state.cell).toMatchObject({ ownTries: 0, ownFailures: 0 });
});

test("[PP59] a version notice posted at one node reaches all that configured its key, and counts there", async () => {
  const operator = createKeyPair(systemRandom);
  const [seed] = await seeds(2, { operatorKey: operator.publicKey });
  const far = await node({ operatorKey: operator.publicKey });
  const stranger = await node();
  const issuedAt = systemClock.now();
  const notice = signNotice(
    {
      sequence: 3,
      issuedAt,
      expiresAt: issuedAt + 60_000,
      minimumVersion: "9.0.0",
      provenBuilds: [],
      revokedBuilds: [],
      election: "open",
    },
    operator,
  );
  const forged = signNotice({ ...parsed(issuedAt), sequence: 9 }, createKeyPair(systemRandom));
  expect(seed?.board.post(forged)).toContain("not signed by our operator");
  expect(seed?.board.post(notice)).toBeUndefined();
  await until(far.election.view, ({ state }) => state.policy.kind === "notice", limit());
  const { decision } = far.election.view.value;
  expect(decision.reasons.find(({ about }) => about === "build")).toMatchObject({
    value: "below-floor",
    verdict: "fail",
  });
  expect(stranger.election.view.value.state.policy).toEqual({ kind: "unmanaged" });
});

function ownFailures({ cell }: ElectionState): number {
  return cell?.ownFailures ?? 0;
}

function parsed(issuedAt: number) {
  return {
    issuedAt,
    expiresAt: issuedAt + 60_000,
    minimumVersion: "0.1.0",
    provenBuilds: [],
    revokedBuilds: [],
    election: "closed" as const,
  };
}
