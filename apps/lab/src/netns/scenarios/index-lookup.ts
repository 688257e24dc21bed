import { join } from "node:path";
import { pause } from "@skein/core";
import { type Actor, startActor } from "../../index-bench/actor.ts";
import { lineOf, type Measured, measured, type Sample } from "../../index-bench/figures.ts";
import type { Figures, Order, Somebody } from "../../index-bench/messages.ts";
import type { LinkCounters } from "../forwarder.ts";
import type { Lab } from "../lab.ts";
import { labDir } from "../lab-state.ts";
import { LabError } from "../requirements.ts";
import type { Scenario, ScenarioContext, ScenarioResult } from "../scenario.ts";
import { INTERNET } from "../topology.ts";

const SUPERNODES = 40;
const LINK_MS = 25;
const FINDS = 60;
/** Searches before the first that counts, so that the programs are compiled; the same for each way. */
const WARM_UPS = 5;
/** The supernodes the seeker is online with; nobody it looks for is at home there. */
const WARM = 3;
/** Programs starting at once on a small machine. */
const STARTING_AT_ONCE = 4;
const SETTLED_WITHIN_MS = 300_000;
const LOOK_EVERY_MS = 1_000;
/** It has to stay so this long: forty programs that just met are busy for a while on a small machine, ms. */
const STEADY_MS = 30_000;
const TELL_EVERY_MS = 10_000;
/** After a search its last acknowledgements are waited for, ms. */
const QUIET_MS = 250;

const names = Array.from({ length: SUPERNODES }, (_, index) => `s${index + 1}`);
const link = { both: { delayMs: LINK_MS } };

/** The ways of searching, in the order of the table. */
const VARIANTS = {
  "one-hop, all hold all": { kind: "one-hop" },
  "DHT behind the index": { kind: "dht" },
  // The last one: a third of its supernodes does not live to see another.
  "one-hop, three holders": { kind: "one-hop", everywhereUpTo: 0 },
} as const satisfies Record<string, Extract<Order, { readonly kind: "serve" }>["index"]>;
type Variant = keyof typeof VARIANTS;
const PLAIN = "plain dht.get() to its end";
const AT_ONCE = "three holders, 30 % just killed";
const REPAIRED = "three holders, a minute later";
const LOST: Variant = "one-hop, three holders";
/** One in so many is killed, 12 of 40, and of the seeker's own three one. */
const KILL_EACH = 3;
const KILLED = 12;
/** Records of those that are gone are given to others meanwhile, ms. */
const REPAIR_MS = 60_000;
/** What supernodes do unless told otherwise. */
const PRODUCT: Variant = "one-hop, all hold all";

/** A cold find by a leaf that is online, in a network of forty supernodes: one-hop index, DHT, and the plain DHT beside. */
export const indexScenario: Scenario = {
  name: "index",
  about: "cold find of a person, 40 supernodes behind 25 ms each: one-hop index, DHT index, plain dht.get()",
  topology: {
    gateways: [],
    hosts: [...names, "crowd", "seeker"].map((name) => ({ name, behind: INTERNET, link })),
  },
  run: runIndex,
  unmeasured: (reason) => figuresOf(new Map(), { all: reason }),
};

interface Stage {
  readonly supernodes: readonly Actor[];
  readonly crowd: Actor;
  readonly seeker: Actor;
  readonly lab: Lab;
  readonly context: ScenarioContext;
}

async function runIndex(lab: Lab, context: ScenarioContext): Promise<ScenarioResult> {
  const { say, signal } = context;
  const actors = await startAll(lab, signal);
  say(`${actors.length} programs run, each in its own host behind ${LINK_MS} ms`);
  const [crowd, seeker] = [actors.at(-2), actors.at(-1)];
  if (crowd === undefined || seeker === undefined) throw new LabError("no programs");
  const stage: Stage = { supernodes: actors.slice(0, SUPERNODES), crowd, seeker, lab, context };
  const taken = new Map<string, Measured>();
  const reasons: Record<string, string> = {};
  for (const [name, index] of Object.entries(VARIANTS)) {
    try {
      for (const [what, result] of await measureVariant(name, index, stage)) taken.set(what, result);
    } catch (error) {
      signal.throwIfAborted();
      reasons[name] = (error as Error).message;
      say(`${name}: ${reasons[name]}`);
    }
  }
  for (const name of [...Object.keys(VARIANTS), PLAIN, AT_ONCE, REPAIRED])
    say(lineOf(name, taken.get(name), reasons[name]));
  const isWhole =
    taken.size === Object.keys(VARIANTS).length + 3 &&
    [PRODUCT, AT_ONCE, REPAIRED].every((name) => taken.get(name)?.found === taken.get(name)?.of);
  return { verdict: isWhole ? "as-expected" : "not-as-expected", figures: figuresOf(taken, reasons) };
}

function figuresOf(
  taken: ReadonlyMap<string, Measured>,
  reasons: Readonly<Record<string, string>>,
): ScenarioResult["figures"] {
  const [product, plain] = [taken.get(PRODUCT), taken.get(PLAIN)];
  const afterLoss = (name: string) => {
    const { found, of, p50Ms, p95Ms } = taken.get(name) ?? {};
    return of === undefined ? null : { found, of, p50Ms, p95Ms };
  };
  const ratio = product === undefined || plain === undefined ? null : product.p50Ms / plain.p50Ms;
  return {
    supernodes: SUPERNODES,
    linkMs: LINK_MS,
    p50Ms: product?.p50Ms ?? null,
    p95Ms: product?.p95Ms ?? null,
    tripMs: product?.tripP50Ms ?? null,
    rpcs: product?.rpcs ?? null,
    bytes: product?.bytes ?? null,
    plainP50Ms: plain?.p50Ms ?? null,
    ratio: ratio === null ? null : Math.round(ratio * 1000) / 1000,
    afterLoss: { killed: KILLED, atOnce: afterLoss(AT_ONCE), aMinuteLater: afterLoss(REPAIRED) },
    ...(Object.keys(reasons).length === 0 ? {} : { reasons }),
  };
}

async function startAll(lab: Lab, signal: AbortSignal): Promise<readonly Actor[]> {
  const hosts = [...names, "crowd", "seeker"];
  const cache = join(labDir(lab.id), "compiled");
  const start = (name: string): Promise<Actor> => startActor(lab.host(name), cache, signal);
  // The first compiles for all.
  const actors: Actor[] = [await start(hosts[0] ?? "")];
  for (let at = 1; at < hosts.length; at += STARTING_AT_ONCE) {
    actors.push(...(await Promise.all(hosts.slice(at, at + STARTING_AT_ONCE).map(start))));
  }
  return actors;
}

/** The network anew with this index, people in it, and everybody looked for once. */
async function measureVariant(
  name: string,
  index: Extract<Order, { readonly kind: "serve" }>["index"],
  stage: Stage,
): Promise<ReadonlyMap<string, Measured>> {
  const { context, crowd, seeker, supernodes } = stage;
  const { say } = context;
  const counted = context.calls ?? FINDS;
  const ads = await serve(supernodes, index);
  say(`${name}: all serve`);
  await settled(stage, "supernodes know each other", (all) =>
    all.every(({ dhtPeers, roster }) =>
      index.kind === "dht" ? dhtPeers >= SUPERNODES / 2 : roster === SUPERNODES - 1,
    ),
  );
  const rounds = index.kind === "dht" || name === LOST ? 2 : 1;
  const { people } = await crowd.tell(
    { kind: "populate", ads: ads.slice(WARM), people: rounds * (counted + WARM_UPS) },
    "people",
  );
  const copies = index.kind === "dht" ? 1 : "everywhereUpTo" in index ? 3 : SUPERNODES;
  await settled(
    stage,
    "everybody's presence is there",
    (all) => all.reduce((sum, { records }) => sum + records, 0) >= copies * people.length,
  );
  say(`${name}: ${people.length} people online`);
  await seeker.tell({ kind: "join", ads: ads.slice(0, WARM) }, "done");
  const taken = new Map<string, Measured>();
  const [first, second] = [people.slice(0, counted + WARM_UPS), people.slice(counted + WARM_UPS)];
  taken.set(name, await search(stage, first));
  if (name === LOST) for (const [what, result] of await afterLoss(stage, second)) taken.set(what, result);
  await seeker.tell({ kind: "leave" }, "done");
  if (index.kind === "dht") {
    await seeker.tell({ kind: "join-dht", ads: ads.slice(0, WARM) }, "done");
    taken.set(PLAIN, await search(stage, second));
    await seeker.tell({ kind: "leave" }, "done");
  }
  await crowd.tell({ kind: "leave" }, "done");
  return taken;
}

/** Kills supernodes; half of the people are looked for at once, the others when there was time to repair. */
async function afterLoss(stage: Stage, people: readonly Somebody[]): Promise<ReadonlyMap<string, Measured>> {
  const { clock, say, signal } = stage.context;
  const killed = stage.supernodes.filter((_, index) => (index + 1) % KILL_EACH === 0).slice(0, KILLED);
  await Promise.all(killed.map((each) => each.kill()));
  const left: Stage = { ...stage, supernodes: stage.supernodes.filter((each) => !killed.includes(each)) };
  say(`${LOST}: ${killed.length} of ${SUPERNODES} killed`);
  const half = Math.floor(people.length / 2);
  const atOnce = await search(left, people.slice(0, half), 0);
  await pause(clock, REPAIR_MS, signal);
  return new Map([
    [AT_ONCE, atOnce],
    [REPAIRED, await search(left, people.slice(half), 0)],
  ]);
}

/** Starts or restarts every supernode; each is told of the first few only and finds the others itself. */
async function serve(
  supernodes: readonly Actor[],
  index: Extract<Order, { readonly kind: "serve" }>["index"],
): Promise<readonly string[]> {
  await Promise.all(supernodes.map((each) => each.tell({ kind: "leave" }, "done")));
  const ads: string[] = [];
  for (const { host, tell } of supernodes) {
    const order = { kind: "serve", address: host.address, index, ads: ads.slice(0, WARM) } as const;
    ads.push((await tell(order, "serving")).ad);
  }
  return ads;
}

async function settled(
  { context: { clock, say, signal }, supernodes }: Stage,
  what: string,
  isSo: (all: readonly Figures[]) => boolean,
): Promise<void> {
  const untilMs = clock.now() + SETTLED_WITHIN_MS;
  let tellAt = clock.now() + TELL_EVERY_MS;
  let steadyAt = clock.now() + STEADY_MS;
  for (;;) {
    const replies = await Promise.all(supernodes.map((each) => each.tell({ kind: "status" }, "figures")));
    const all = replies.map(({ figures }) => figures);
    if (!isSo(all)) steadyAt = clock.now() + STEADY_MS;
    if (clock.now() >= steadyAt) return;
    if (clock.now() > untilMs) throw new LabError(`not within ${SETTLED_WITHIN_MS / 1000} s: ${what}`);
    if (clock.now() > tellAt) {
      tellAt = clock.now() + TELL_EVERY_MS;
      say(`… ${what}: ${progressOf(all)}`);
    }
    await pause(clock, LOOK_EVERY_MS, signal);
  }
}

/** What the network has come to, for who waits. */
function progressOf(all: readonly Figures[]): string {
  const range = (of: (each: Figures) => number): string => `${Math.min(...all.map(of))}–${Math.max(...all.map(of))}`;
  return `roster ${range(({ roster }) => roster)}, neighbours in the DHT ${range(({ dhtPeers }) => dhtPeers)}, records ${range(({ records }) => records)}`;
}

async function search(stage: Stage, people: readonly Somebody[], warmUps = WARM_UPS): Promise<Measured> {
  const { context, lab, seeker, supernodes } = stage;
  const wire = lab.link("seeker");
  const samples: Sample[] = [];
  let ownRequests = 0;
  let lookupsBefore = 0;
  for (const [index, { device, user }] of people.entries()) {
    if (index === warmUps) lookupsBefore = await lookups(supernodes);
    const { tripMs } = await seeker.tell({ kind: "trip" }, "trip");
    await pause(context.clock, QUIET_MS, context.signal);
    const before = await wire.counters();
    const { found, tookMs, firstMs, requests } = await seeker.tell({ kind: "find", user, device }, "found");
    await pause(context.clock, QUIET_MS, context.signal);
    if (index < warmUps) continue;
    ownRequests += requests ?? 0;
    samples.push({
      found,
      tookMs,
      ...(firstMs === undefined ? {} : { firstMs }),
      ...(tripMs === undefined ? {} : { tripMs }),
      ...between(before, await wire.counters()),
    });
  }
  return measured(samples, ownRequests + (await lookups(supernodes)) - lookupsBefore);
}

async function lookups(supernodes: readonly Actor[]): Promise<number> {
  const replies = await Promise.all(supernodes.map((each) => each.tell({ kind: "status" }, "figures")));
  return replies.reduce((sum, { figures }) => sum + figures.lookups, 0);
}

function between(before: LinkCounters, after: LinkCounters): { readonly bytes: number; readonly packets: number } {
  const sum = ({ down, up }: LinkCounters, of: "outBytes" | "outPackets"): number => down[of] + up[of];
  return {
    bytes: sum(after, "outBytes") - sum(before, "outBytes"),
    packets: sum(after, "outPackets") - sum(before, "outPackets"),
  };
}
