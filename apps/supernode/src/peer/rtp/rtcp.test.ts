import fc from "fast-check";
import { expect, test } from "vitest";
import { createReception } from "./reception.ts";
import { encodeSenderReport, ntpMiddle, parseRtcp } from "./rtcp.ts";

const NOW = Date.UTC(2026, 0, 1, 0, 0, 1, 500);

const reception = {
  ssrc: 77,
  fractionLost: 0.25,
  packetsLost: -3,
  highestSequence: 70_000,
  jitter: 48,
  lastSenderReport: 0xdead_beef,
  delaySinceLast: 65_536,
};

test("[PE32] a sender report is read back with its reception report, and the name stands behind it", () => {
  const sent = { ssrc: 5, now: NOW, timestamp: 960, packets: 2, octets: 100, name: "skein" };
  const bytes = encodeSenderReport({ ...sent, reception });
  expect(parseRtcp(bytes)).toEqual([{ ssrc: 5, sender: { ntpMiddle: ntpMiddle(NOW) }, reports: [reception] }]);
  expect(parseRtcp(encodeSenderReport({ ...sent, reception: undefined }))[0]?.reports).toEqual([]);
  expect(bytes.byteLength % 4).toBe(0);
  expect(Buffer.from(bytes).toString("latin1")).toContain("\x01\x05skein");
});

test("[PE32] NTP begins in 1900", () => {
  // 2026-01-01T00:00:01.5Z is 3 976 214 401.5 s after 1900-01-01.
  expect(ntpMiddle(NOW)).toBe((3_976_214_401 % 65_536) * 65_536 + 32_768);
});

test("[PE32] whatever comes is read or not, and never an exception; a cut compound is nothing", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => void parseRtcp(bytes)));
  const whole = encodeSenderReport({ ssrc: 5, now: NOW, timestamp: 0, packets: 0, octets: 0, reception, name: "a" });
  for (let length = 0; length < whole.byteLength; length += 1)
    expect(parseRtcp(whole.subarray(0, length)).length).toBeLessThanOrEqual(1);
  const lying = Uint8Array.from(whole);
  lying[0] = 0x9f;
  expect(parseRtcp(lying)).toEqual([]);
});

test("[PE32] loss counts what is missing, in all and since the last report, over the wrap-around", () => {
  const counted = createReception();
  for (const sequence of [65_534, 65_535, 1, 2]) counted.take(sequence, 0, 10, NOW);
  expect(counted.report(9, NOW)).toMatchObject({ fractionLost: 1 / 5, packetsLost: 1, highestSequence: 65_538 });
  for (const sequence of [3, 4]) counted.take(sequence, 0, 10, NOW);
  expect(counted.report(9, NOW)).toMatchObject({ fractionLost: 0, packetsLost: 1 });
  // The late one comes after all.
  counted.take(0, 0, 10, NOW);
  expect(counted.lost).toBe(0);
  expect(counted.packets).toBe(7);
  expect(counted.bytes).toBe(70);
});

test("[PE32] numbers go on without wrap-around, and an old packet keeps its own", () => {
  const counted = createReception();
  expect([65_535, 0, 65_534, 1].map((sequence) => counted.take(sequence, 0, 1, NOW))).toEqual([
    65_535, 65_536, 65_534, 65_537,
  ]);
});

test("[PE32] jitter is that of RFC 3550: nothing for a steady stream, 1/16 of the first deviation", () => {
  const steady = createReception();
  for (let index = 0; index < 50; index += 1) steady.take(index, index * 960, 1, NOW + index * 20);
  expect(steady.jitterSeconds).toBe(0);
  const shaken = createReception();
  shaken.take(0, 0, 1, NOW);
  shaken.take(1, 960, 1, NOW + 36);
  expect(shaken.jitterSeconds).toBeCloseTo(0.016 / 16, 6);
});

test("[PE32] a report says when the last one of theirs came, so that they can reckon the round trip", () => {
  const counted = createReception();
  expect(counted.report(9, NOW)).toBeUndefined();
  counted.take(0, 0, 1, NOW);
  expect(counted.report(9, NOW)).toMatchObject({ lastSenderReport: 0, delaySinceLast: 0 });
  counted.heardReport(1234, NOW);
  expect(counted.report(9, NOW + 500)).toMatchObject({ lastSenderReport: 1234, delaySinceLast: 32_768 });
});
