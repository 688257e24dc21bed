import type { Clock } from "@skein/core";
import { type Allowance, createAllowance } from "./allowance.ts";

/** Connections per client address, so that one machine cannot take them all. */
export interface Addresses {
  /** Counts a connection in. `undefined` when this address has too many or comes too fast; else an act that counts it out. */
  admit(ip: string): (() => void) | undefined;
}

interface Entry {
  open: number;
  readonly arrivals: Allowance;
  lastAt: number;
}

/** Entries kept at most; beyond it idle ones go, and with none idle a stranger is refused. About 10 MB. */
const MAX_ENTRIES = 50_000;
/** A closed-down address is forgotten after this: its allowance is full again by then, ms. */
const FORGET_AFTER_MS = 120_000;
/** Share of the limit an address may open anew each second, once it used its burst. */
const ARRIVAL_SHARE = 0.02;

/** Makes an empty count (CE8). IPv6 is counted by /64, which is what one customer gets. */
export function createAddresses(
  limits: { readonly maxSessionsPerAddress: number },
  dependencies: { readonly clock: Clock },
): Addresses {
  const { clock } = dependencies;
  const entries = new Map<string, Entry>();
  const rate = {
    perSecond: Math.max(1, limits.maxSessionsPerAddress * ARRIVAL_SHARE),
    burst: limits.maxSessionsPerAddress * 2,
  };

  function forgetIdle(now: number): void {
    for (const [network, entry] of entries)
      if (entry.open === 0 && entry.lastAt + FORGET_AFTER_MS <= now) entries.delete(network);
  }

  return {
    admit(ip) {
      const now = clock.now();
      const network = networkOf(ip);
      if (!entries.has(network) && entries.size >= MAX_ENTRIES) forgetIdle(now);
      if (!entries.has(network) && entries.size >= MAX_ENTRIES) return undefined;
      const entry = entries.get(network) ?? { open: 0, arrivals: createAllowance(rate, now), lastAt: now };
      entries.set(network, entry);
      entry.lastAt = now;
      if (entry.open >= limits.maxSessionsPerAddress || !entry.arrivals.take(1, now)) return undefined;
      entry.open += 1;
      return once(() => {
        entry.open -= 1;
        entry.lastAt = clock.now();
      });
    },
  };
}

/** What counts as one place: an IPv4 address, or the /64 of an IPv6 address. */
export function networkOf(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!ip.includes(":")) return ip;
  const [head = "", tail] = ip.split("%")[0]?.split("::") ?? [];
  const front = head === "" ? [] : head.split(":");
  const back = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill("0");
  return [...front, ...zeros, ...back]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}
