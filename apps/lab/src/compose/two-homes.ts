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

/** What went between two people. */
interface Exchange {
  readonly messages: number;
  readonly calls: number;
  /** The way the call took: direct, relayed, central. */
  readonly path: string;
}

/** The tones of docker/compose.nat.yaml, in Hz. */
const ALICE_HZ = 1000;
const BOB_HZ = 440;

/** The service of the supernode a peer is at: the one whose log says that it has this name. */
async function serviceCalled(project: ComposeProject, shortName: string): Promise<string> {
  for (const service of ["sn1", "sn2", "sn3"]) {
    if ((await project.log(service)).includes(`"id":"${shortName}`)) return service;
  }
  throw new LabError(`no supernode is called ${shortName}`);
}

/** A message each way and a call, in which each hears the tone of the other. Throws LabError when one does not come. */
async function exchange(alice: ContainerPeer, bob: ContainerPeer, round: string): Promise<Exchange> {
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
 * `docker/compose.nat.yaml`: two people behind two gateways write and call in both modes; the supernode of one is killed, and
 * at once they write and call again. Throws LabError at the first thing that fails.
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
  const report = (how: string, { messages, calls, path }: Exchange): void =>
    say(`✓ ${how}: ${messages} messages, ${calls} call, ${path}`);
  try {
    const containers = (await project.healthy()).length;
    const healthyS = Math.round((clock.now() - startedAtMs) / 100) / 10;
    say(`✓ compose.nat.yaml: ${containers} healthy (${healthyS} s), gateways ${gateways}`);
    const alice = await peerIn(project, "peer-a");
    peers.push(alice);
    const bob = await peerIn(project, "peer-b");
    peers.push(bob);
    await Promise.all([alice.meet(bob), bob.meet(alice)]);
    const p2p = await exchange(alice, bob, "by supernodes");
    report("p2p", p2p);
    await Promise.all([alice.switchTo("central"), bob.switchTo("central")]);
    const central = await exchange(alice, bob, "by the central server");
    report("central", central);
    await Promise.all([alice.switchTo("p2p"), bob.switchTo("p2p")]);
    const home = await alice.home();
    const killed = await serviceCalled(project, home);
    await project.kill(killed);
    say(`· ${killed}, where Alice was, is killed`);
    const after = await exchange(alice, bob, `without ${killed}`);
    report(`p2p without ${killed}`, after);
    await alice.left(home);
    return {
      containers,
      healthyS,
      messages: p2p.messages + central.messages,
      calls: p2p.calls + central.calls,
      afterKill: { messages: after.messages, calls: after.calls },
    };
  } catch (error) {
    if (run.signal.aborted) throw error;
    throw new LabError([String(error), ...peers.map(lastWords)].join("\n"), { cause: error });
  } finally {
    for (const peer of peers) peer.close();
    await project.down();
  }
}
