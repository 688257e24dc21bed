/** One direction of a link. */
export interface OneWay {
  readonly delayMs: number;
  /** Each packet travels between delay − jitter and delay + jitter, evenly; order is kept. */
  readonly jitterMs: number;
  /** Chance of each packet to be lost by itself, 0–100. */
  readonly lossPercent: number;
  /** Losses in rows (Gilbert–Elliott), besides `lossPercent`. */
  readonly burst: Burst;
  /** 0: no limit. */
  readonly rateMbps: number;
  /** A packet that would wait longer than this to be sent is dropped. Counts only where there is a rate. */
  readonly queueMs: number;
  /** Chance of a packet to be held back by `reorderMs` while later ones pass it, 0–100. */
  readonly reorderPercent: number;
  readonly reorderMs: number;
  readonly duplicatePercent: number;
  readonly state: "up" | "down";
}

/** A link has good times and bad times; before each packet it may change. */
export interface Burst {
  /** Chance to go from good to bad, 0–100; 0: never. */
  readonly enterPercent: number;
  /** Chance to go from bad to good, 0–100. A bad time lasts 100 / leavePercent packets on average. */
  readonly leavePercent: number;
  /** Chance of a packet in a bad time to be lost, 0–100. */
  readonly lossPercent: number;
}

/** Both directions, seen from the one whose access link it is: up is away from it. */
export interface Link {
  readonly up: OneWay;
  readonly down: OneWay;
}

/** What is to be different about a link: `both` first, then the direction's own. */
export interface LinkChange {
  readonly both?: Partial<OneWay>;
  readonly up?: Partial<OneWay>;
  readonly down?: Partial<OneWay>;
}

/** A rung of the ladder, or settings of one's own. */
export type LinkChoice = LinkName | LinkChange;

export type LinkName = keyof typeof linkLadder;

const noBurst: Burst = { enterPercent: 0, leavePercent: 100, lossPercent: 100 };

const ideal: OneWay = {
  delayMs: 0,
  jitterMs: 0,
  lossPercent: 0,
  burst: noBurst,
  rateMbps: 0,
  queueMs: 1000,
  reorderPercent: 0,
  reorderMs: 0,
  duplicatePercent: 0,
  state: "up",
};

/** A link that does nothing to packets: no delay, no loss, no limit. */
export const idealLink: Link = { up: ideal, down: ideal };

/** Another link, made from one. */
export function changed(link: Link, change: LinkChange): Link {
  return {
    up: { ...link.up, ...change.both, ...change.up },
    down: { ...link.down, ...change.both, ...change.down },
  };
}

/**
 * The links a person may have, best first. Delay is that of the access link alone, one way; a round trip between two
 * people crosses four of them: 16 ms on `fibre`, 1.1 s on `satellite`.
 */
export const linkLadder = {
  /** A cable in the same house. */
  lan: changed(idealLink, { both: { delayMs: 0.3, rateMbps: 1000, queueMs: 50 } }),
  fibre: changed(idealLink, { both: { delayMs: 4, jitterMs: 0.5, rateMbps: 150, queueMs: 50 } }),
  /** A few metres from the access point, cable behind it. */
  "good-wifi": changed(idealLink, {
    both: { delayMs: 8, jitterMs: 3, lossPercent: 0.2, queueMs: 100 },
    up: { rateMbps: 20 },
    down: { rateMbps: 50 },
  }),
  /** One bar, in a train: losses in rows of four, 2 % of the time bad, and a long queue. */
  "weak-4g": changed(idealLink, {
    both: {
      delayMs: 45,
      jitterMs: 15,
      lossPercent: 0.5,
      burst: { enterPercent: 0.5, leavePercent: 25, lossPercent: 100 },
      queueMs: 400,
    },
    up: { rateMbps: 2 },
    down: { rateMbps: 5 },
  }),
  /** Geostationary: the way up and down alone takes a quarter of a second. */
  satellite: changed(idealLink, {
    both: { delayMs: 270, jitterMs: 4, lossPercent: 0.5, queueMs: 300 },
    up: { rateMbps: 4 },
    down: { rateMbps: 20 },
  }),
} as const satisfies Record<string, Link>;

/** What a choice means: a rung replaces the link, settings of one's own change it. Throws RangeError for what no link can do. */
export function chosenLink(choice: LinkChoice, present: Link = idealLink): Link {
  const link = typeof choice === "string" ? linkLadder[choice] : changed(present, choice);
  for (const way of [link.up, link.down]) check(way);
  return link;
}

/** Highest values: a delay of an hour is a typing error. */
const MOST = { delayMs: 60_000, jitterMs: 60_000, reorderMs: 60_000, queueMs: 60_000, rateMbps: 100_000 } as const;

function check(way: OneWay): void {
  const refuse = (what: string, value: number, most: number): void => {
    if (!(value >= 0 && value <= most)) throw new RangeError(`${what} is a number from 0 to ${most}, not ${value}`);
  };
  for (const [key, most] of Object.entries(MOST)) refuse(key, way[key as keyof typeof MOST], most);
  for (const key of ["lossPercent", "reorderPercent", "duplicatePercent"] as const) refuse(key, way[key], 100);
  for (const key of ["enterPercent", "leavePercent", "lossPercent"] as const)
    refuse(`burst ${key}`, way.burst[key], 100);
}

const PPM_PER_PERCENT = 10_000;

/** The settings of one direction in the words of tapwire (apps/lab/native/tapwire.c). */
export function tapwireSettings(way: OneWay): string {
  const ppm = (percent: number): number => Math.round(percent * PPM_PER_PERCENT);
  const us = (ms: number): number => Math.round(ms * 1000);
  const settings = {
    delayUs: us(way.delayMs),
    jitterUs: us(way.jitterMs),
    lossPpm: ppm(way.lossPercent),
    burstEnterPpm: ppm(way.burst.enterPercent),
    burstLeavePpm: ppm(way.burst.leavePercent),
    burstLossPpm: ppm(way.burst.lossPercent),
    rateBps: Math.round(way.rateMbps * 1e6),
    queueUs: us(way.queueMs),
    reorderPpm: ppm(way.reorderPercent),
    reorderUs: us(way.reorderMs),
    duplicatePpm: ppm(way.duplicatePercent),
    down: way.state === "down" ? 1 : 0,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

/** The share of packets a direction loses in the long run, 0–1, by chance alone (no queue, no cut). */
export function expectedLoss({ lossPercent, burst }: OneWay): number {
  const enter = burst.enterPercent / 100;
  const bad = enter === 0 ? 0 : enter / (enter + burst.leavePercent / 100);
  return 1 - (1 - bad * (burst.lossPercent / 100)) * (1 - lossPercent / 100);
}
