import { pause } from "@skein/core";
import type { Dependence, UdpBehaviour } from "../gateway-kinds.ts";
import { type GatewayKind, gatewayBehaviour } from "../gateway-kinds.ts";
import type { Host, Lab } from "../lab.ts";
import { nativeProgram } from "../native.ts";
import { type Endpoint, type Prober, type ProbeSocket, startProber } from "../prober.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { joined, servers } from "../topologies.ts";
import { INTERNET } from "../topology.ts";

const KINDS: readonly GatewayKind[] = [
  "full-cone",
  "address-restricted",
  "port-restricted",
  "symmetric",
  "udp-blocked",
];
const RENDEZVOUS_PORT = 7100;
const PACKETS = 5;
const GAP_MS = 60;
const PATIENCE_MS = 400;

/** Two homes of a kind, so that a kind also meets itself. */
const homes = KINDS.flatMap((kind, index) => [1, 2].map((n) => ({ kind, person: `p${index}${n}` })));

/**
 * Whether two sockets that learn each other's outside address from a server, and then both send, hear each other: the
 * theory of RFC 5128 §3.3 for these gateways. A side hears the other when the other's packets come from where it sent to,
 * or its filter does not mind.
 */
export function punchWorks(a: UdpBehaviour, b: UdpBehaviour): boolean {
  if (a.kind === "blocked" || b.kind === "blocked") return false;
  const isHard = (mapping: Dependence): boolean => mapping === "address-and-port-dependent";
  const minds = (filtering: Dependence): boolean => filtering === "address-and-port-dependent";
  // A symmetric side comes from a port nobody was told: the other must not mind ports.
  if (isHard(a.mapping) && minds(b.filtering)) return false;
  if (isHard(b.mapping) && minds(a.filtering)) return false;
  return true;
}

/** UDP hole punching between every two kinds of gateway, by hand: what a call between such homes can hope for at best. */
export const punchScenario: Scenario = {
  name: "punch",
  about: "UDP hole punching between every two kinds of gateway, beside the theory",
  topology: joined(
    { hosts: servers },
    {
      gateways: homes.map(({ kind, person }) => ({
        name: `${person}-gw`,
        kind,
        behind: INTERNET,
        link: "fibre" as const,
      })),
      hosts: homes.map(({ person }) => ({ name: person, behind: `${person}-gw` })),
    },
  ),
  run: runPunch,
};

async function runPunch(lab: Lab, context: ScenarioContext): Promise<ScenarioResult> {
  const prober = startProber(await nativeProgram("nsprobe"), context);
  try {
    const server = lab.host("sn1");
    const meeting = await prober.open(server.namespace, { address: server.address, port: RENDEZVOUS_PORT });
    const at = { address: server.address, port: RENDEZVOUS_PORT };
    const pairs: { readonly pair: string; readonly punched: boolean; readonly expected: boolean }[] = [];
    for (const [i, a] of KINDS.entries()) {
      for (const [j, b] of KINDS.entries()) {
        if (j < i) continue;
        context.signal.throwIfAborted();
        const expected = punchWorks(gatewayBehaviour[a].udp, gatewayBehaviour[b].udp);
        const punched = await punch(lab.host(`p${i}1`), lab.host(`p${j}2`), { prober, meeting, at }, context);
        const pair = `${a} × ${b}`;
        pairs.push({ pair, punched, expected });
        context.say(`${punched === expected ? "✓" : "✗"} ${pair.padEnd(40)} ${punched ? "direct" : "no way through"}`);
      }
    }
    const asExpected = pairs.filter(({ punched, expected }) => punched === expected).length;
    return {
      verdict: asExpected === pairs.length ? "as-expected" : "not-as-expected",
      figures: { pairs: pairs.length, asExpected, direct: pairs.filter(({ punched }) => punched).length },
    };
  } finally {
    await prober.close();
  }
}

interface Meeting {
  readonly prober: Prober;
  readonly meeting: ProbeSocket;
  readonly at: Endpoint;
}

/** Whether both hear each other. */
async function punch(a: Host, b: Host, meeting: Meeting, { clock, signal }: ScenarioContext): Promise<boolean> {
  const [left, right] = [await introduce(a, meeting), await introduce(b, meeting)];
  try {
    if (left.seen === undefined || right.seen === undefined) return false;
    const fromLeft = (withinMs: number) => right.socket.hear(({ text }) => text === "from the left", withinMs);
    const fromRight = (withinMs: number) => left.socket.hear(({ text }) => text === "from the right", withinMs);
    for (let n = 0; n < PACKETS; n += 1) {
      // As ICE does: to where the server saw the other, or rather to where it is heard from.
      left.socket.send((await fromRight(0))?.from ?? right.seen, "from the left");
      right.socket.send((await fromLeft(0))?.from ?? left.seen, "from the right");
      await pause(clock, GAP_MS, signal);
    }
    const [heardLeft, heardRight] = await Promise.all([fromLeft(PATIENCE_MS), fromRight(PATIENCE_MS)]);
    return heardLeft !== undefined && heardRight !== undefined;
  } finally {
    left.socket.close();
    right.socket.close();
  }
}

/** A socket of a host, and from where the server sees it. */
async function introduce(
  host: Host,
  { prober, meeting, at }: Meeting,
): Promise<{ readonly socket: ProbeSocket; readonly seen: Endpoint | undefined }> {
  const socket = await prober.open(host.namespace, { address: host.address, port: 0 });
  const words = `here is ${host.name} ${socket.port}`;
  for (const _ of [1, 2]) {
    socket.send(at, words);
    const heard = await meeting.hear(({ text }) => text === words, PATIENCE_MS);
    if (heard !== undefined) return { socket, seen: heard.from };
  }
  return { socket, seen: undefined };
}
