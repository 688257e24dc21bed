import { expect, test } from "vitest";
import { type EndReason, type MicrophoneFault, sentenceFor } from "./reasons.ts";

/** One of each; the type makes a forgotten kind an error. */
const REASONS: { readonly [Kind in EndReason["kind"]]: Extract<EndReason, { readonly kind: Kind }> } = {
  "hung-up": { kind: "hung-up", by: "them" },
  cancelled: { kind: "cancelled" },
  declined: { kind: "declined", by: "them" },
  busy: { kind: "busy" },
  "no-answer": { kind: "no-answer" },
  missed: { kind: "missed" },
  offline: { kind: "offline" },
  unreachable: { kind: "unreachable", detail: "their device does not answer" },
  "not-connected": { kind: "not-connected" },
  unsupported: { kind: "unsupported" },
  stranger: { kind: "stranger" },
  security: { kind: "security", detail: "the description has expired" },
  refused: { kind: "refused" },
  protocol: { kind: "protocol", detail: "candidates beyond the limit" },
  microphone: { kind: "microphone", fault: "denied" },
  "no-relay": { kind: "no-relay" },
  "no-path": { kind: "no-path", tried: { ours: ["relay"], theirs: ["relay", "host"] } },
  "encryption-failed": { kind: "encryption-failed" },
  "media-failed": { kind: "media-failed", detail: "no offer could be made" },
  "their-failure": { kind: "their-failure" },
  lost: { kind: "lost" },
  replaced: { kind: "replaced" },
  stopped: { kind: "stopped" },
};

test("[CL71] every reason has a sentence of its own, in plain words", () => {
  const sentences = Object.values(REASONS).map(sentenceFor);
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].{6,140}\.$/s);
});

test("[CL71] a microphone's sentence says what to do or what is wrong", () => {
  const faults: readonly MicrophoneFault[] = ["denied", "missing", "busy", "insecure-page", "failed"];
  const sentences = faults.map((fault) => sentenceFor({ kind: "microphone", fault }));
  expect(new Set(sentences).size).toBe(faults.length);
  expect(sentences[0]).toContain("Allow it");
});

test.each([
  [[], ["host"], "UDP seems blocked here"],
  [["host"], [], "UDP seems blocked at their end"],
  [["host", "relay"], ["srflx"], "tried our own addresses, relays with their addresses seen from outside"],
] as const)("[CL71] no way through, with ours %j and theirs %j, names what was tried", (ours, theirs, words) => {
  expect(sentenceFor({ kind: "no-path", tried: { ours, theirs } })).toContain(words);
});
