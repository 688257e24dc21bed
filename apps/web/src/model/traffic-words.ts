import type { Traffic } from "@skein/core";

/** What the network costs, as the page says it. */
export interface TrafficWords {
  /** Facts for a list: what, how much. */
  readonly facts: readonly { readonly what: string; readonly howMuch: string }[];
  /** Model and assumptions, in one sentence. */
  readonly note: string;
}

const HOUR_MS = 3_600_000;
/** Below this a rate by the hour says nothing yet, ms. */
const LEAST_MS = 60_000;
/** The battery and the radio of the estimate; docs/spec/web.md. */
const BATTERY_WH = 3;
const RADIO_W = 1;

const NOTE = `Counted where messages leave and enter this page; packets and what TCP and TLS add are not visible to a page, and the sound of calls is not counted. Radio: an estimate for a phone whose radio stays on 10 s (LTE) or 18 s (3G) after each message, with ${BATTERY_WH} Wh and ${RADIO_W} W.`;

/** Only supernodes carry others; theirs is told on their status page. */
const NOBODY = "nothing: a page carries nobody else";

/** Puts a reading into words; `undefined` while there is too little to say anything by the hour. */
export function trafficWords(traffic: Traffic): TrafficWords | undefined {
  const lastedMs = traffic.untilMs - traffic.sinceMs;
  if (lastedMs < LEAST_MS) return undefined;
  const perHour = (amount: number): number => (amount * HOUR_MS) / lastedMs;
  const share = ({ bytes, messages }: Traffic["mine"]): string =>
    bytes === 0 ? "nothing" : `${sizeWords(perHour(bytes))} and ${Math.round(perHour(messages))} messages an hour`;
  const { lte, umts } = traffic.radioOnMs;
  return {
    facts: [
      { what: "For me", howMuch: share(traffic.mine) },
      { what: "For others", howMuch: traffic.others.bytes === 0 ? NOBODY : share(traffic.others) },
      { what: "Wake-ups", howMuch: `${Math.round(perHour(traffic.wakeUps))} an hour` },
      { what: "Radio on, LTE", howMuch: radioWords(lte / lastedMs) },
      { what: "Radio on, 3G", howMuch: radioWords(umts / lastedMs) },
      { what: "In all", howMuch: `${sizeWords(traffic.mine.bytes + traffic.others.bytes)} in ${timeWords(lastedMs)}` },
    ],
    note: NOTE,
  };
}

function radioWords(share: number): string {
  const percent = Math.round(100 * share);
  if (share === 0) return "never";
  return `${percent} % of the time; the battery would last ${Math.round(BATTERY_WH / (RADIO_W * share))} h for it alone`;
}

function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${Math.round(bytes)} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function timeWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}
