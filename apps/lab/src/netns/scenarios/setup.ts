import process from "node:process";
import { pause } from "@skein/core";
import { median } from "../../median.ts";
import { meet, openHouse } from "../../people/house.ts";
import { startProduct } from "../../people/product.ts";
import { chooseDirect } from "../../people/settings.ts";
import type { ChromiumPerson, Person } from "../../stage/person.ts";
import { type CallTimes, timeCall } from "../../stage/time-call.ts";
import type { Host, Lab } from "../lab.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { home, joined } from "../topologies.ts";
import { INTERNET } from "../topology.ts";

const ACCESS_MS = 50;
const CALLS = 20;
/** How long it rings before somebody answers, drawn for each call: as long as in the figures of PeerJS. */
const RINGS_MS = { least: 1_200, most: 1_500 } as const;
/** Three settings and the beginning stay below eight minutes. */
const LONGEST_SETTING_MS = 130_000;
const SETTINGS = ["p2pDirect", "p2pRelayed", "central"] as const;
type Setting = (typeof SETTINGS)[number];

/** Medians over the calls of one setting. */
interface SetupFigures extends CallTimes {
  readonly calls: number;
}

/** PeerJS 1.5.5 with its own server on links of the same delay, no gateways, packets counted and not sound played. */
const PEER_JS: CallTimes = { ringMs: 111, audioCallerMs: 571, audioCalleeMs: 679 };

/** How long a call takes to ring and to be heard when everybody is 50 ms away from the Internet. */
export const setupScenario: Scenario = {
  name: "setup",
  about: "press → ring and answer → first audio over 2 × 50 ms: P2P direct, P2P relayed, central",
  topology: joined(
    // Servers with ideal links: a home is 100 ms, there and back, from each of them, and 200 ms from the other home.
    { hosts: ["sn1", "sn2", "sn3", "central"].map((name) => ({ name, behind: INTERNET })) },
    home("alice", "port-restricted", { both: { delayMs: ACCESS_MS } }),
    home("bob", "port-restricted", { both: { delayMs: ACCESS_MS } }),
  ),
  run: runSetup,
  unmeasured: (reason) => figuresOf(null, {}, Object.fromEntries(SETTINGS.map((setting) => [setting, reason]))),
};

async function runSetup(lab: Lab, context: ScenarioContext): Promise<ScenarioResult> {
  const { pageAddress } = await startProduct(lab);
  const rttMs = (await roundTripMs(lab.host("alice"), lab)) + (await roundTripMs(lab.host("bob"), lab));
  context.say(`round trip between the homes ${rttMs} ms, measured`);
  const house = openHouse(lab, pageAddress, context.signal);
  const taken: Partial<Record<Setting, SetupFigures>> = {};
  const reasons: Partial<Record<Setting, string>> = {};
  try {
    const alice = await house.chromium("Alice", { host: "alice", toneHz: 1000 });
    const bob = await house.chromium("Bob", { host: "bob", toneHz: 440 });
    await meet(alice, bob);
    for (const setting of SETTINGS) {
      try {
        taken[setting] = await measure(setting, alice, bob, context);
      } catch (error) {
        context.signal.throwIfAborted();
        reasons[setting] = (error as Error).message.split("\n")[0] ?? "unknown";
        await Promise.all([alice, bob].map((person) => person.hangUpIfAny()));
      }
      context.say(lineOf(setting, taken[setting], reasons[setting]));
    }
  } finally {
    await house.close();
  }
  context.say(`${"PeerJS, same delays".padEnd(22)}${columns(PEER_JS)}`);
  const wanted = context.calls ?? CALLS;
  return {
    verdict: SETTINGS.every((setting) => taken[setting]?.calls === wanted) ? "as-expected" : "not-as-expected",
    figures: figuresOf(rttMs, taken, reasons),
  };
}

function figuresOf(
  rttMs: number | null,
  taken: Partial<Record<Setting, SetupFigures>>,
  reasons: Partial<Record<Setting, string>>,
): Readonly<Record<string, unknown>> {
  return {
    rttMs,
    setting: `2 × ${ACCESS_MS} ms, port-restricted × port-restricted, answered after ${RINGS_MS.least}–${RINGS_MS.most} ms`,
    ...Object.fromEntries(SETTINGS.map((setting) => [setting, taken[setting] ?? null])),
    ...(Object.keys(reasons).length === 0 ? {} : { reasons }),
  };
}

async function measure(
  setting: Setting,
  alice: ChromiumPerson,
  bob: ChromiumPerson,
  { calls = CALLS, clock, random, signal, say }: ScenarioContext,
): Promise<SetupFigures> {
  const mode = setting === "central" ? "central" : "p2p";
  const people = [alice, bob];
  await Promise.all(
    people.map((person) => chooseDirect(person, setting === "p2pRelayed" ? "Never" : "With my contacts")),
  );
  await Promise.all(people.map((person) => person.switchTo(mode)));
  await Promise.all([alice.seePresence("Bob", "online"), bob.seePresence("Alice", "online")]);
  await alice.say(`before ${setting}`);
  await bob.see(`before ${setting}`);
  const times: CallTimes[] = [];
  const reachForIt = (): Promise<void> =>
    pause(clock, RINGS_MS.least + random.fraction() * (RINGS_MS.most - RINGS_MS.least), signal);
  const untilMs = clock.now() + LONGEST_SETTING_MS;
  while (times.length < calls && clock.now() < untilMs) {
    signal.throwIfAborted();
    times.push(await timeCall(alice, bob, reachForIt));
    await expectPath(setting, alice);
    await alice.hangUp();
    await Promise.all(people.map((person) => person.callIs("ended")));
  }
  for (const figure of ["ringMs", "audioCallerMs", "audioCalleeMs"] as const)
    say(`  ${setting} ${figure}: ${times.map((each) => each[figure]).join(" ")}`);
  const middle = (figure: keyof CallTimes): number => median(times.map((each) => each[figure]));
  return {
    ringMs: middle("ringMs"),
    audioCallerMs: middle("audioCallerMs"),
    audioCalleeMs: middle("audioCalleeMs"),
    calls: times.length,
  };
}

/** A figure counts only when the call went the way it is named after, for the page and for ICE. */
async function expectPath(setting: Setting, person: Person): Promise<void> {
  const path = { p2pDirect: "direct", p2pRelayed: "relayed", central: "central" }[setting];
  await person.callPath(path);
  const pair = await person.selectedPair();
  const usesRelay = pair?.local === "relay" || pair?.remote === "relay";
  if (pair === undefined || usesRelay !== (setting !== "p2pDirect"))
    throw new Error(`the page says ${path}, ICE says ${pair?.local}-${pair?.remote}`);
}

/** Shortest of a few TCP handshakes with a server, in whole ms. */
async function roundTripMs(host: Host, lab: Lab): Promise<number> {
  const connect = `
    const { connect } = require("node:net");
    const once = () => new Promise((resolve, reject) => {
      const startedAt = performance.now();
      const socket = connect(4080, ${JSON.stringify(lab.host("sn1").address)}, () => {
        resolve(performance.now() - startedAt);
        socket.destroy();
      }).on("error", reject);
    });
    (async () => {
      const times = [];
      while (times.length < 5) times.push(await once());
      console.log(Math.min(...times));
    })();`;
  return Math.round(Number(await host.output(process.execPath, ["-e", connect])));
}

const columns = ({ ringMs, audioCallerMs, audioCalleeMs }: CallTimes): string =>
  `ring ${ringMs} ms, answer → first audio ${audioCallerMs} caller / ${audioCalleeMs} callee`;

function lineOf(setting: Setting, figures: SetupFigures | undefined, reason: string | undefined): string {
  const words = figures === undefined ? `not taken: ${reason}` : `${columns(figures)}, ${figures.calls} calls`;
  return `${setting.padEnd(22)}${words}`;
}
