import { join } from "node:path";
import { pause } from "@skein/core";
import { type HeadlessPeer, startHeadlessPeer } from "../../headless/headless-peer.ts";
import { fieldOf, message, online } from "../../headless/told.ts";
import { median } from "../../median.ts";
import { peopleDir, startProduct } from "../../people/product.ts";
import type { Lab } from "../lab.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { home, joined } from "../topologies.ts";
import { INTERNET } from "../topology.ts";

const ACCESS_MS = 50;
const SAMPLES = 10;
/** People whose line is cut, all within one watch: each takes more than a minute to be missed. */
const CUT = ["bob", "carol", "dave"] as const;
const QUIET_BEFORE_MS = 1_000;
/** Time between cuts, so that the pings of different people are not one event, ms. */
const BETWEEN_CUTS_MS = 7_000;

/** Limits of the aims, ms: toxcore takes 7,970, 10,397 and 26,100–31,900 on the same links; Jami 9,275 to be reachable. */
const AIMS = { reachableMs: 1_500, restartMs: 2_000, crashSeenMs: 10_000, vanishedSeenMs: 90_000 } as const;
type Figure = keyof typeof AIMS;

/** Told beside the figures with aims. */
const BESIDE = {
  bootMs: "spawn → its network begins to join (Node loads the program, the page's host is asked)",
  dialledMs: "spawn → a message of the watcher delivered",
} as const;

/** How soon people are there, and how soon it is seen that they are not. */
export const presenceScenario: Scenario = {
  name: "presence",
  about: "start → reachable, restart → seen, kill -9 → seen offline, cut line → seen offline, over 50 ms links",
  topology: joined(
    { hosts: ["sn1", "sn2", "sn3", "central"].map((name) => ({ name, behind: INTERNET })) },
    ...["alice", ...CUT].map((name) => home(name, "port-restricted", { both: { delayMs: ACCESS_MS } })),
  ),
  run: runPresence,
  unmeasured: (reason) => ({ reachableMs: null, restartMs: null, crashSeenMs: null, samples: 0, reason }),
};

async function runPresence(lab: Lab, context: ScenarioContext): Promise<ScenarioResult> {
  const { calls: samples = SAMPLES, say } = context;
  const { pageAddress } = await startProduct(lab);
  const stage = createStage(lab, pageAddress);
  const times: Record<Figure, number[]> = { reachableMs: [], restartMs: [], crashSeenMs: [], vanishedSeenMs: [] };
  const beside: Record<keyof typeof BESIDE, number[]> = { bootMs: [], dialledMs: [] };
  const centralVanishedMs: number[] = [];
  try {
    const alice = await stage.start("alice", "p2p");
    await online(alice, "p2p");
    for (let sample = 0; sample < samples; sample += 1) {
      context.signal.throwIfAborted();
      const one = await sampleOf(stage, alice, sample, context);
      times.reachableMs.push(one.reachableMs);
      times.restartMs.push(one.restartMs);
      times.crashSeenMs.push(one.crashSeenMs);
      beside.bootMs.push(one.bootMs);
      beside.dialledMs.push(one.dialledMs);
    }
    // The watchers that follow are the same person: two of one key would push each other out.
    await alice.kill();
    for (const figure of ["reachableMs", "restartMs", "crashSeenMs"] as const)
      say(`  ${figure}: ${times[figure].join(" ")}`);
    for (const figure of ["bootMs", "dialledMs"] as const) say(`  ${BESIDE[figure]}: ${beside[figure].join(" ")}`);
    times.vanishedSeenMs.push(...(await vanish(stage, "p2p", context)));
    say(`  vanishedSeenMs: ${times.vanishedSeenMs.join(" ")}`);
    centralVanishedMs.push(...(await vanish(stage, "central", context)));
    say(`  vanished, central mode: ${centralVanishedMs.join(" ")}`);
  } finally {
    await stage.end();
  }
  const figures = Object.fromEntries(
    (Object.keys(AIMS) as Figure[]).map((figure) => [figure, Math.round(median(times[figure]))]),
  ) as Record<Figure, number>;
  const centralVanishedSeenMs = Math.round(median(centralVanishedMs));
  const missed = (Object.keys(AIMS) as Figure[]).filter((figure) => figures[figure] > AIMS[figure]);
  for (const figure of missed) say(`✗ ${figure} ${figures[figure]} ms, the aim is ${AIMS[figure]}`);
  const isGood = missed.length === 0 && centralVanishedSeenMs <= AIMS.vanishedSeenMs;
  return {
    verdict: isGood ? "as-expected" : "not-as-expected",
    figures: {
      ...figures,
      samples,
      bootMs: Math.round(median(beside.bootMs)),
      dialledMs: Math.round(median(beside.dialledMs)),
      centralVanishedSeenMs,
      from: "when the program was spawned; its network begins to join bootMs later",
    },
  };
}

/** Starts headless people in the hosts of the lab; who was there before comes back as the same person. */
interface Stage {
  start(name: string, mode: "p2p" | "central"): Promise<HeadlessPeer>;
  /** Puts somebody who starts anew each time under another key. */
  forget(name: string): void;
  cut(name: string): Promise<void>;
  mend(name: string): Promise<void>;
  end(): Promise<void>;
}

function createStage(lab: Lab, page: string): Stage {
  const peers = new Set<HeadlessPeer>();
  const lives = new Map<string, number>();
  return {
    async start(name, mode) {
      const peer = await startHeadlessPeer({
        name,
        page,
        data: join(peopleDir(lab), `${name}-${lives.get(name) ?? 0}`),
        flags: ["--mode", mode],
        through: ["ip", "netns", "exec", lab.host(name).namespace],
      });
      peers.add(peer);
      return peer;
    },
    forget: (name) => void lives.set(name, (lives.get(name) ?? 0) + 1),
    cut: (name) => lab.link(`${name}-gw`).cut(),
    mend: (name) => lab.link(`${name}-gw`).mend(),
    async end() {
      await Promise.allSettled([...peers].map((peer) => peer.kill()));
    },
  };
}

interface Sample {
  readonly bootMs: number;
  readonly reachableMs: number;
  readonly dialledMs: number;
  readonly restartMs: number;
  readonly crashSeenMs: number;
}

/** A new person starts, is killed, comes back, and is killed again. */
async function sampleOf(
  stage: Stage,
  alice: HeadlessPeer,
  number: number,
  { clock, signal }: ScenarioContext,
): Promise<Sample> {
  stage.forget("bob");
  const first = await stage.start("bob", "p2p");
  await befriend(alice, first);
  await seen(alice, first, "online");
  const kill = async (bob: HeadlessPeer): Promise<number> => {
    const since = alice.lines.length;
    const killedAt = clock.now();
    await bob.kill();
    return (await seen(alice, bob, "offline", since)).at - killedAt;
  };
  const crashSeenMs = await kill(first);
  await pause(clock, QUIET_BEFORE_MS, signal);
  // A message waits for him: it goes as soon as alice sees and dials him.
  await alice.order({ kind: "send", user: first.user, body: `welcome back ${number}` });
  const since = alice.lines.length;
  const startedAt = clock.now();
  const bob = await stage.start("bob", "p2p");
  const up = await online(bob, "p2p");
  const joining = await bob.until("joining", (line) => fieldOf(line.event, "status") === "joining");
  const back = await seen(alice, bob, "online", since);
  const delivered = await message(alice, `welcome back ${number}`, "delivered", "read");
  await bob.kill();
  await seen(alice, bob, "offline", alice.lines.indexOf(back));
  await alice.order({ kind: "remove-contact", user: first.user });
  return {
    bootMs: joining.at - startedAt,
    reachableMs: up.at - startedAt,
    restartMs: back.at - startedAt,
    dialledMs: delivered.at - startedAt,
    crashSeenMs,
  };
}

/** People whose line is cut without a word, each seen by a watcher of their own mode. */
async function vanish(stage: Stage, mode: "p2p" | "central", context: ScenarioContext): Promise<readonly number[]> {
  const { clock, signal } = context;
  const watcher = await stage.start("alice", mode);
  await online(watcher, mode);
  for (const name of CUT) stage.forget(name);
  const people = await Promise.all(CUT.map((name) => stage.start(name, mode)));
  for (const each of people) await befriend(watcher, each);
  await Promise.all(people.map((each) => seen(watcher, each, "online")));
  const waiting: Promise<number>[] = [];
  for (const each of people) {
    await pause(clock, BETWEEN_CUTS_MS, signal);
    const since = watcher.lines.length;
    const cutAt = clock.now();
    await stage.cut(each.name);
    waiting.push(seen(watcher, each, "offline", since).then((line) => line.at - cutAt));
  }
  try {
    return await Promise.all(waiting);
  } finally {
    await Promise.all(people.map((each) => each.kill()));
    await watcher.kill();
    await Promise.all(CUT.map(stage.mend));
  }
}

async function befriend(one: HeadlessPeer, other: HeadlessPeer): Promise<void> {
  await one.order({ kind: "add-contact", link: other.link });
  await other.order({ kind: "add-contact", link: one.link });
}

/** Waits until one sees the other so, from line `since` on. */
function seen(one: HeadlessPeer, other: HeadlessPeer, presence: string, since = 0): ReturnType<HeadlessPeer["until"]> {
  return one.until(
    `${other.name} ${presence}`,
    (line) => line.kind === "contact" && fieldOf(line, "user") === other.user && line.presence === presence,
    since,
  );
}
