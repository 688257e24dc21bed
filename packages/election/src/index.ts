/**
 * Who serves as supernode, who stops, who is let in: pure, so that the product, the simulator and a page's what-if form
 * run the same rules. No node is asked for permission and none is in charge.
 *
 * Main path: `step.ts` (one node's election) → `facts.ts` (what it weighs) → `judge.ts` (fit? needed? its turn?) →
 * `decide.ts` (what follows in each role) → `cell.ts` and `need.ts` (what the others lack).
 * Beside it: `admission.ts` (the door of a supernode), `notice.ts` (the operator's word on builds).
 * Left out: measuring, dialling back, and which supernodes a leaf uses (`@skein/network-p2p`).
 *
 * @module
 */
export { type Admission, admit, type DoorLimits, doorLimits, type Knock, type Load } from "./admission.ts";
export { type BuildId, meetsFloor, versionOf } from "./build.ts";
export { type CellView, gatherCell, type Hearsay, MAX_CELL, MAX_CLAIMED, type SupernodeReport } from "./cell.ts";
export { labTuning, productionTuning, type Tuning } from "./defaults.ts";
export { type Facts, factsOf } from "./facts.ts";
export { type Headroom, slotsOf } from "./headroom.ts";
export type { Decision, ElectionInput, ElectionOutput, StayBecause } from "./input.ts";
export { ticket } from "./lottery.ts";
export type { Need } from "./need.ts";
export {
  MAX_NOTICE_LIFETIME_MS,
  signNotice,
  type VersionNotice,
  type VersionPolicy,
  verifyNotice,
} from "./notice.ts";
export { MAX_VERDICTS, type PortKind, type PortStatus, type Reachability, type Verdict } from "./reachability.ts";
export { type Reason, type ReasonName, sayReason, sayValue, type Unit } from "./reasons.ts";
export { type Cause, type Role, STAGES, type Stage } from "./role.ts";
export type { OperatorSettings } from "./settings.ts";
export { type Standing, standingOf } from "./standing.ts";
export { type ElectionMemory, type ElectionState, initialElection, memoryOf, noMemory, type Setup } from "./state.ts";
export { step } from "./step.ts";
export { MAX_SESSIONS, remainingMs, survival } from "./uptime.ts";
export { type Verdicts, whatIf } from "./what-if.ts";
