import { pause } from "@skein/core";
import { type AddressedLab, nodeOf } from "./addressing.ts";
import { forEachOf } from "./commands.ts";
import type { CheckDependencies } from "./gateway-check.ts";
import type { Lab } from "./lab.ts";
import {
  type Finding,
  FRAME_OVERHEAD_BYTES,
  findings,
  isRight,
  rateOf,
  rateTrain,
  rowLength,
  type WayMeasurement,
} from "./link-judgement.ts";
import type { OneWay } from "./links.ts";
import { endsOf } from "./plan.ts";
import type { Endpoint, Prober, ProbeSocket, Train, TrainArrival } from "./prober.ts";
import { LabError } from "./requirements.ts";

/** How a link was found to be. */
export interface LinkCheck {
  /** Whose access link it is. */
  readonly name: string;
  readonly up: readonly Finding[];
  readonly down: readonly Finding[];
  readonly verdict: "right" | "wrong";
}

/** How long is measured: `quick` tells delay, rate and gross loss in about 4 s; `full` also small losses, in about 12 s. */
export type Depth = "quick" | "full";

const MOST_IN_ROW = { quick: { clean: 100, lossy: 400 }, full: { clean: 400, lossy: 7500 } } as const;
const SPACED_COUNT = 25;
const SPACED_LEAST_MS = 5;
/** Small packets, at most this share of the rate. */
const SMALL_BYTES = 60;
const ROW_SHARE_OF_RATE = 0.4;
const ROW_LEAST_GAP_US = { lossy: 1_000, clean: 10_000 } as const;
/** Faster links are measured one after another: two at once would wait for the processor, not for the link. */
const SLOW_MBPS = 30;
const RATE_TRIES = 5;
const GRACE_MS = 250;
const OPENING_TRIES = 8;

interface WireSockets {
  readonly near: ProbeSocket;
  readonly far: ProbeSocket;
  readonly nearAt: Endpoint;
  readonly farAt: Endpoint;
}

/**
 * Sends packets across every link, both ways, and compares with its settings. What seems wrong is measured once more: a
 * stalled machine is not a wrong link, and a wrong link is wrong twice. Throws LabError when the probe fails.
 */
export async function checkLinks(
  lab: Lab,
  prober: Prober,
  depth: Depth,
  dependencies: CheckDependencies,
): Promise<readonly LinkCheck[]> {
  const names = lab.layout.nodes.filter(({ link }) => link !== undefined).map(({ name }) => name);
  const sockets = new Map<string, WireSockets>();
  await forEachOf(names, names.length, async (name) => sockets.set(name, await openWire(lab.layout, name, prober)));
  const first = await measureAll(lab, sockets, depth, dependencies);
  const doubtful = new Map([...sockets].filter(([name]) => first.get(name)?.verdict === "wrong"));
  const second =
    doubtful.size === 0 ? new Map<string, LinkCheck>() : await measureAll(lab, doubtful, depth, dependencies);
  for (const { near, far } of sockets.values()) {
    near.close();
    far.close();
  }
  return names.flatMap((name) => second.get(name) ?? first.get(name) ?? []);
}

/** Sockets at both ends. The near one speaks first: a gateway lets only answers in. */
async function openWire(layout: AddressedLab, name: string, prober: Prober): Promise<WireSockets> {
  const node = nodeOf(layout, name);
  const ends = endsOf(layout, node);
  const near = await prober.open(ends.a.namespace, { address: node.address, port: 0 });
  const far = await prober.open(ends.b.namespace, { address: node.router, port: 0 });
  const farAt = { address: node.router, port: far.port };
  const patienceMs = GRACE_MS + 2 * (node.link?.up.delayMs ?? 0);
  for (let time = 0; time < OPENING_TRIES; time += 1) {
    near.send(farAt, "open");
    const heard = await far.hear(({ text }) => text === "open", patienceMs);
    // A symmetric gateway gives its own packets another port, too.
    if (heard !== undefined) return { near, far, nearAt: heard.from, farAt };
  }
  throw new LabError(`nothing passes the link of ${name}`);
}

async function measureAll(
  lab: Lab,
  sockets: ReadonlyMap<string, WireSockets>,
  depth: Depth,
  dependencies: CheckDependencies,
): Promise<ReadonlyMap<string, LinkCheck>> {
  const rates = await measureRates(lab, sockets, dependencies);
  const checks = await Promise.all(
    [...sockets].map(async ([name, { near, far, nearAt, farAt }]): Promise<[string, LinkCheck]> => {
      const { up, down } = lab.link(name).present;
      const [upRows, downRows] = await Promise.all([
        measureRows(up, near, farAt, far, depth, dependencies),
        measureRows(down, far, nearAt, near, depth, dependencies),
      ]);
      const found = {
        up: findings(up, { ...upRows, rateMbps: rates.get(name)?.up }),
        down: findings(down, { ...downRows, rateMbps: rates.get(name)?.down }),
      };
      const verdict = [...found.up, ...found.down].every(isRight) ? "right" : "wrong";
      return [name, { name, ...found, verdict }];
    }),
  );
  return new Map(checks);
}

async function measureRows(
  way: OneWay,
  from: ProbeSocket,
  to: Endpoint,
  into: ProbeSocket,
  depth: Depth,
  dependencies: CheckDependencies,
): Promise<Omit<WayMeasurement, "rateMbps">> {
  const spacedMs = Math.max(SPACED_LEAST_MS, 2.2 * way.jitterMs);
  const spaced = { count: SPACED_COUNT, gapUs: Math.ceil(spacedMs * 1000), sizeBytes: SMALL_BYTES };
  const spacedArrivals = await trainAcross(way, from, to, into, spaced, dependencies);
  const lossy = way.lossPercent > 0 || way.burst.enterPercent > 0;
  const leastGapUs = ROW_LEAST_GAP_US[lossy ? "lossy" : "clean"];
  const rateGapUs =
    way.rateMbps === 0 ? 0 : (8 * (SMALL_BYTES + FRAME_OVERHEAD_BYTES)) / (way.rateMbps * ROW_SHARE_OF_RATE);
  const row = {
    count: rowLength(way, MOST_IN_ROW[depth]),
    gapUs: Math.ceil(Math.max(leastGapUs, rateGapUs)),
    sizeBytes: SMALL_BYTES,
  };
  return {
    spaced: spacedArrivals,
    row: { sent: row.count, arrived: await trainAcross(way, from, to, into, row, dependencies) },
  };
}

async function trainAcross(
  way: OneWay,
  from: ProbeSocket,
  to: Endpoint,
  into: ProbeSocket,
  train: Train,
  dependencies: CheckDependencies,
): Promise<readonly TrainArrival[]> {
  await into.takeArrivals();
  await from.sendTrain(to, train);
  await pause(dependencies.clock, way.delayMs + way.jitterMs + way.reorderMs + GRACE_MS, dependencies.signal);
  return await into.takeArrivals();
}

type Rates = ReadonlyMap<string, { readonly up: number | undefined; readonly down: number | undefined }>;

/** Rates, with jitter and loss off for the moment, because both blur them. */
async function measureRates(
  lab: Lab,
  sockets: ReadonlyMap<string, WireSockets>,
  dependencies: CheckDependencies,
): Promise<Rates> {
  const rates = new Map<string, { up: number | undefined; down: number | undefined }>();
  const measure = async ([name, { near, far, nearAt, farAt }]: [string, WireSockets]): Promise<void> => {
    const link = lab.link(name);
    const before = link.present;
    if (rateTrain(before.up) === undefined && rateTrain(before.down) === undefined) return;
    const burst = { enterPercent: 0, leavePercent: 100, lossPercent: 0 };
    await link.set({ both: { jitterMs: 0, lossPercent: 0, burst, reorderPercent: 0, duplicatePercent: 0 } });
    rates.set(name, {
      up: await rateAcross(before.up, near, farAt, far, dependencies),
      down: await rateAcross(before.down, far, nearAt, near, dependencies),
    });
    await link.set(before);
  };
  const slowest = (name: string): number => {
    const { up, down } = lab.link(name).present;
    return Math.max(up.rateMbps, down.rateMbps);
  };
  const [slow, fast] = [
    [...sockets].filter(([name]) => slowest(name) <= SLOW_MBPS),
    [...sockets].filter(([name]) => slowest(name) > SLOW_MBPS),
  ];
  await forEachOf(slow, Math.max(1, slow.length), measure);
  await forEachOf(fast, 1, measure);
  return rates;
}

/** The rate of one direction: the first measurement when it fits, otherwise the median of five. */
async function rateAcross(
  way: OneWay,
  from: ProbeSocket,
  to: Endpoint,
  into: ProbeSocket,
  dependencies: CheckDependencies,
): Promise<number | undefined> {
  const train = rateTrain(way);
  if (train === undefined) return undefined;
  const all: number[] = [];
  for (let time = 0; time < RATE_TRIES; time += 1) {
    await into.takeArrivals();
    await from.sendTrain(to, train);
    const sendingMs = (train.count * 8 * (train.sizeBytes + FRAME_OVERHEAD_BYTES)) / (way.rateMbps * 1000);
    await pause(dependencies.clock, way.delayMs + sendingMs + 15, dependencies.signal);
    const rate = rateOf(await into.takeArrivals(), train.sizeBytes);
    if (rate !== undefined) all.push(rate);
    if (time === 0 && rate !== undefined && Math.abs(rate / way.rateMbps - 1) < 0.1) return rate;
  }
  return all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];
}
