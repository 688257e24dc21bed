import { LabError } from "../netns/requirements.ts";
import { type ComposeProject, composeUp } from "./compose-project.ts";
import { type ContainerPeer, peerIn } from "./container-peer.ts";
import type { TrialContext, TrialDependencies } from "./one-machine.ts";

/** What the gateways of `docker/compose.nat.yaml` can be. */
export const GATEWAYS = ["port-restricted", "symmetric"] as const;

/** One of these. */
export type Gateway = (typeof GATEWAYS)[number];

/** What was seen of two homes; messages and calls that went through, each way counted. */
export interface TwoHomes {
  readonly containers: number;
  /** From `up` until every container was healthy, in seconds; a peer is healthy when it is on its network. */
  readonly healthyS: number;
  readonly messages: number;
  readonly calls: number;
  /** The same again after one supernode was killed. */
  readonly afterKill: { readonly messages: number; readonly calls: number };
}

/** What goes between two people. */
interface Exchange {
  readonly messages: number;
  readonly calls: number;
}

/** The tones of docker/compose.nat.yaml, in Hz. */
const ALICE_HZ = 1000;
const BOB_HZ = 440;

/** The supernode a peer is at: the container that has its short name in its log. */
async function homeOf(project: ComposeProject, peer: ContainerPeer): Promise<string> {
  const [via] = await peer.supernodes();
  for (const service of ["sn1", "sn2", "sn3"]) {
    if (via !== undefined && (await project.log(service)).includes(`"${via}`)) return service;
  }
  return "sn1";
}

/** A message each way and a call, in which each hears the tone of the other. Throws LabError when one does not come. */
async function exchange(alice: ContainerPeer, bob: ContainerPeer, round: string): Promise<Exchange & { path: string }> {
  await alice.send(bob, `hello Bob, ${round}`);
  await bob.send(alice, `hello Alice, ${round}`);
  const path = await alice.callUp(bob, { ours: ALICE_HZ, theirs: BOB_HZ });
  return { messages: 2, calls: 1, path };
}

/** The last lines a peer wrote, cut to a terminal's width. */
function lastWords({ conversation }: ContainerPeer): string {
  const lines = conversation.lines.slice(-12).map((line) => `  ${JSON.stringify(line).slice(0, 300)}`);
  return ["a peer's last lines:", ...lines].join("\n");
}

/**
 * `docker/compose.nat.yaml`: two people behind two gateways write and call, one supernode is killed, they write and call
 * again. Throws LabError at the first thing that fails.
 */
export async function runTwoHomes(
  { program, root, gateways }: TrialContext & { readonly gateways: Gateway },
  dependencies: TrialDependencies,
): Promise<TwoHomes> {
  const { clock, run, say } = dependencies;
  const startedAtMs = clock.now();
  const project = await composeUp(
    {
      program,
      root,
      file: "docker/compose.nat.yaml",
      name: "skein-nat",
      settings: { NAT_A: gateways, NAT_B: gateways },
    },
    { clock, run },
  );
  const peers: ContainerPeer[] = [];
  try {
    const containers = (await project.healthy()).length;
    const healthyS = Math.round((clock.now() - startedAtMs) / 100) / 10;
    say(`✓ compose.nat.yaml: ${containers} healthy (${healthyS} s), gateways ${gateways}`);
    const alice = await peerIn(project, "peer-a");
    peers.push(alice);
    const bob = await peerIn(project, "peer-b");
    peers.push(bob);
    await Promise.all([alice.meet(bob), bob.meet(alice)]);
    const { path, ...before } = await exchange(alice, bob, "all supernodes up");
    say(`✓ ${before.messages} messages, ${before.calls} call (${path})`);
    const killed = await homeOf(project, alice);
    await project.kill(killed);
    say(`· ${killed}, where Alice was, is killed`);
    const { path: other, ...afterKill } = await exchange(alice, bob, `without ${killed}`);
    say(`✓ ${afterKill.messages} messages, ${afterKill.calls} call (${other})`);
    return { containers, healthyS, ...before, afterKill };
  } catch (error) {
    if (run.signal.aborted) throw error;
    throw new LabError([String(error), ...peers.map(lastWords)].join("\n"), { cause: error });
  } finally {
    for (const peer of peers) peer.close();
    await project.down();
  }
}
