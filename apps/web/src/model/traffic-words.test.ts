import type { Traffic } from "@skein/core";
import { expect, test } from "vitest";
import { trafficWords } from "./traffic-words.ts";

const HOUR_MS = 3_600_000;
const traffic: Traffic = {
  sinceMs: 0,
  untilMs: HOUR_MS / 2,
  mine: { bytes: 20_400, messages: 150 },
  others: { bytes: 0, messages: 0 },
  wakeUps: 30,
  radioOnMs: { lte: HOUR_MS / 20, umts: HOUR_MS / 8 },
};

test("[WB64] the cost of the network is told by the hour, mine and others' apart, with the model it rests on", () => {
  const words = trafficWords(traffic);
  expect(words?.facts).toEqual([
    { what: "For me", howMuch: "41 kB and 300 messages an hour" },
    { what: "For others", howMuch: "nothing: a page carries nobody else" },
    { what: "Wake-ups", howMuch: "60 an hour" },
    { what: "Radio on, LTE", howMuch: "10 % of the time; the battery would last 30 h for it alone" },
    { what: "Radio on, 3G", howMuch: "25 % of the time; the battery would last 12 h for it alone" },
    { what: "In all", howMuch: "20 kB in 30 min" },
  ]);
  expect(words?.note).toContain("3 Wh and 1 W");
});

test("[WB64] in the first minute nothing is said by the hour", () => {
  expect(trafficWords({ ...traffic, untilMs: 59_999 })).toBeUndefined();
});
