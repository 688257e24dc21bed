import type { Verdict } from "@skein/election";

/**
 * Finds out whether a node can be reached from outside. Adapters: `dial-back.ts` (other supernodes dial us),
 * `autonat-probe.ts` (AutoNAT v2), `declared-probe.ts` (what a human configured).
 */
export interface ReachabilityProbe {
  /** Begins; verdicts come as they are found, and again when they change. Called once. */
  start(onVerdict: (verdict: Verdict) => void): void;
  /** Looks now rather than when the next look is due: addresses changed, or the machine woke up. */
  check(): void;
  stop(): void;
}
