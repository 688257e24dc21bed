import type { PathView, QualityView } from "@skein/client";

/** How good a call sounds, by its mean opinion score. */
export type QualityGrade = "good" | "fair" | "poor";

/** The grade of a mean opinion score 1–4.5: 4.0 and more is good, under 3.1 many are dissatisfied (ITU-T G.107 Annex B). */
export function qualityGrade(mos: number): QualityGrade {
  if (mos >= 4) return "good";
  return mos >= 3.1 ? "fair" : "poor";
}

/** Length of a call: `m:ss`, with hours in front from one hour on. Rule WB41. */
export function callDuration(lastedMs: number): string {
  const seconds = Math.max(0, Math.floor(lastedMs / 1_000));
  const minutes = Math.floor(seconds / 60);
  const tail = String(seconds % 60).padStart(2, "0");
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${tail}`;
}

/** One place a call passes. */
export interface PathNode {
  readonly role: "you" | "supernode" | "server" | "them";
  readonly name: string;
}

/** The places a call passes, in order: you first, the other person last. Rule WB42. */
export function pathNodes(path: PathView, name: string): PathNode[] {
  const you: PathNode = { role: "you", name: "You" };
  const them: PathNode = { role: "them", name };
  switch (path.kind) {
    case "direct":
      return [you, them];
    case "relayed":
      return [you, { role: "supernode", name: path.by }, them];
    case "central":
      return [you, { role: "server", name: path.by }, them];
  }
}

/** The figures of a call as shown, with units. */
export function qualityFigures(quality: QualityView): { readonly label: string; readonly value: string }[] {
  return [
    { label: "Score", value: `${quality.mos.toFixed(1)} of 4.5` },
    { label: "Round trip", value: `${Math.round(quality.rttMs)} ms` },
    { label: "Jitter buffer", value: `${Math.round(quality.jitterBufferMs)} ms` },
    { label: "Lost", value: `${quality.lossPct.toFixed(1)} %` },
    { label: "Up", value: `${Math.round(quality.sendKbps)} kbit/s` },
    { label: "Down", value: `${Math.round(quality.receiveKbps)} kbit/s` },
  ];
}
