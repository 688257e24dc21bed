import { expect, test } from "vitest";
import { pathOf, qualityBetween } from "./call-quality.ts";
import { type Counters, readCounters, type StatisticsEntry } from "./statistics.ts";

/** As Chromium 156 reports it, cut to what is read. */
const REPORT: readonly StatisticsEntry[] = [
  {
    id: "IT01A1",
    type: "inbound-rtp",
    kind: "audio",
    packetsReceived: 100,
    packetsLost: 0,
    bytesReceived: 8_000,
    jitterBufferDelay: 96,
    jitterBufferEmittedCount: 2_400,
    totalSamplesReceived: 96_000,
    concealedSamples: 960,
    totalAudioEnergy: 0.5,
  },
  { id: "OT01A1", type: "outbound-rtp", kind: "audio", bytesSent: 8_100 },
  { id: "T01", type: "transport", selectedCandidatePairId: "CP2" },
  { id: "CP1", type: "candidate-pair", localCandidateId: "x", remoteCandidateId: "y", currentRoundTripTime: 9 },
  { id: "CP2", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", currentRoundTripTime: 0.05 },
  { id: "L", type: "local-candidate", candidateType: "relay", relayProtocol: "udp", url: "turn:192.0.2.7:3478" },
  { id: "R", type: "remote-candidate", candidateType: "prflx" },
];

const relayed = { local: "relay", remote: "prflx", relayProtocol: "udp", relayUrl: "turn:192.0.2.7:3478" } as const;

test("[CL61] a report gives the pair in use and the counters of the one audio stream", () => {
  const counters = readCounters(REPORT, 5_000);
  expect(counters).toMatchObject({ atMs: 5_000, packetsReceived: 100, rttMs: 50, audioEnergy: 0.5, pair: relayed });
});

test("[CL61] Firefox marks the pair itself, and the round trip may come from RTCP", () => {
  const report = REPORT.filter(({ type }) => type !== "transport" && type !== "candidate-pair").concat(
    { id: "P", type: "candidate-pair", selected: true, localCandidateId: "R", remoteCandidateId: "R" },
    { id: "RI", type: "remote-inbound-rtp", kind: "audio", roundTripTime: 0.08 },
  );
  expect(readCounters(report, 0)).toMatchObject({ rttMs: 80, pair: { local: "prflx", remote: "prflx" } });
});

test("[CL61] values of any other shape count as nothing", () => {
  const odd = { id: "i", type: "inbound-rtp", kind: "audio", packetsReceived: "many", bytesReceived: Number.NaN };
  expect(readCounters([odd], 0)).toMatchObject({ packetsReceived: 0, bytesReceived: 0, pair: undefined });
});

const before: Counters = readCounters(REPORT, 5_000);
const after: Counters = {
  ...before,
  atMs: 7_000,
  packetsReceived: before.packetsReceived + 90,
  packetsLost: before.packetsLost + 10,
  bytesReceived: before.bytesReceived + 8_000,
  bytesSent: before.bytesSent + 4_000,
  jitterBufferDelaySeconds: before.jitterBufferDelaySeconds + 4_800,
  jitterBufferEmitted: before.jitterBufferEmitted + 96_000,
  samplesReceived: before.samplesReceived + 96_000,
  samplesConcealed: before.samplesConcealed + 4_800,
};

test("[CL61] quality counts only what happened between two readings", () => {
  expect(qualityBetween(before, after)).toMatchObject({
    rttMs: 50,
    jitterBufferMs: 50,
    mouthToEarMs: 95,
    lostFraction: 0.1,
    concealedFraction: 0.05,
    receivedBitsPerSecond: 32_000,
    sentBitsPerSecond: 16_000,
  });
  // d = 95: Id = 2.28; 5 % concealed: Ie = 19; R = 93.2 − 21.28.
  expect(qualityBetween(before, after).ratingFactor).toBeCloseTo(71.92, 6);
});

test("[CL61] counters that fell count from zero, and nothing is divided by nothing", () => {
  const quality = qualityBetween(after, { ...before, atMs: after.atMs });
  expect(quality.lostFraction).toBe(0);
  expect(quality.receivedBitsPerSecond).toBe((8 * 8_000) / 0.001);
  for (const value of Object.values(quality)) if (typeof value === "number") expect(value).not.toBeNaN();
});

test.each([
  { pair: undefined, mode: "p2p", path: { kind: "unknown" } },
  { pair: { ...relayed, local: "host" }, mode: "p2p", path: { kind: "direct" } },
  { pair: { ...relayed, local: "host" }, mode: "central", path: { kind: "direct" } },
  { pair: relayed, mode: "p2p", path: { kind: "relayed", by: ["one"] } },
  { pair: { ...relayed, local: "srflx", remote: "relay" }, mode: "p2p", path: { kind: "relayed", by: ["one"] } },
  { pair: relayed, mode: "central", path: { kind: "central", by: ["one"] } },
] as const)("[CL62] $mode with $pair.local and $pair.remote is $path.kind", ({ pair, mode, path }) => {
  expect(pathOf(pair, mode, ["one"])).toEqual(path);
});
