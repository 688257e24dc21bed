import type { CandidateKind } from "../reasons.ts";

/** One entry of a WebRTC statistics report (W3C webrtc-stats). Which fields are there depends on the browser. */
export type StatisticsEntry = { readonly id: string; readonly type: string } & Readonly<Record<string, unknown>>;

/** The pair of addresses in use, seen from our end. */
export interface SelectedPair {
  readonly local: CandidateKind;
  readonly remote: CandidateKind;
  /** Our end reaches its relay over this; empty when our end uses none. */
  readonly relayProtocol: string;
  /** The TURN URL behind our relayed candidate; empty when unknown. */
  readonly relayUrl: string;
}

/** Counters since the connection began, read from one report. Missing ones are 0. */
export interface Counters {
  readonly atMs: number;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly jitterBufferDelaySeconds: number;
  readonly jitterBufferEmitted: number;
  readonly samplesReceived: number;
  readonly samplesConcealed: number;
  /** Sum of squared sample values times duration: rises only when there is sound. */
  readonly audioEnergy: number;
  readonly rttMs: number;
  readonly pair: SelectedPair | undefined;
}

/** Reads what matters for one audio connection. `atMs` is our own clock, so that rates do not depend on the browser's. */
export function readCounters(report: readonly StatisticsEntry[], atMs: number): Counters {
  const inbound = report.find((entry) => entry.type === "inbound-rtp" && entry.kind === "audio");
  const outbound = report.find((entry) => entry.type === "outbound-rtp" && entry.kind === "audio");
  const remoteInbound = report.find((entry) => entry.type === "remote-inbound-rtp" && entry.kind === "audio");
  const pair = selectedPair(report);
  return {
    atMs,
    packetsReceived: count(inbound?.packetsReceived),
    packetsLost: count(inbound?.packetsLost),
    bytesReceived: count(inbound?.bytesReceived),
    bytesSent: count(outbound?.bytesSent),
    jitterBufferDelaySeconds: count(inbound?.jitterBufferDelay),
    jitterBufferEmitted: count(inbound?.jitterBufferEmittedCount),
    samplesReceived: count(inbound?.totalSamplesReceived),
    samplesConcealed: count(inbound?.concealedSamples),
    audioEnergy: count(inbound?.totalAudioEnergy),
    rttMs: 1000 * (count(pair?.currentRoundTripTime) || count(remoteInbound?.roundTripTime)),
    pair: pair === undefined ? undefined : describePair(report, pair),
  };
}

/** Chromium names the pair in its transport entry; Firefox marks the pair itself. */
function selectedPair(report: readonly StatisticsEntry[]): StatisticsEntry | undefined {
  const named = report.find((entry) => entry.type === "transport")?.selectedCandidatePairId;
  return report.find(
    (entry) => entry.type === "candidate-pair" && (named === undefined ? entry.selected === true : entry.id === named),
  );
}

function describePair(report: readonly StatisticsEntry[], pair: StatisticsEntry): SelectedPair | undefined {
  const local = report.find((entry) => entry.id === pair.localCandidateId);
  const remote = report.find((entry) => entry.id === pair.remoteCandidateId);
  const ours = candidateKind(local?.candidateType);
  const theirs = candidateKind(remote?.candidateType);
  if (ours === undefined || theirs === undefined) return undefined;
  return { local: ours, remote: theirs, relayProtocol: text(local?.relayProtocol), relayUrl: text(local?.url) };
}

function candidateKind(value: unknown): CandidateKind | undefined {
  return value === "host" || value === "srflx" || value === "prflx" || value === "relay" ? value : undefined;
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
