/**
 * One-to-one voice calls over any `Network`: ringing, signed negotiation, media by the browser, live quality.
 *
 * Main path: `calls.ts` (what an app uses) → `machine/step.ts` (what a call does next, pure) → `line/line.ts` (does it) →
 * `negotiation/dialogue.ts` (signed descriptions, checked before a browser sees them) → `media/call-media.ts` (the
 * connection and its sound). Left out: how channels and relays come about (`Network`), groups, and pictures.
 *
 * @module
 */
export type { CallPeer, CallState, CallSummary, MicrophoneState } from "./call-state.ts";
export { type Calls, createCalls } from "./calls.ts";
export type { CallsDependencies } from "./line/ports.ts";
export type { Target } from "./machine/state.ts";
export { type BrowserMediaDependencies, type BrowserMediaOptions, createBrowserMedia } from "./media/browser-media.ts";
export {
  type AudioDevice,
  type AudioDevices,
  type Media,
  type Microphone,
  MicrophoneError,
  type PeerConnection,
  type PeerConnectionEvents,
  type PeerConnectionOptions,
  type RemoteVoice,
} from "./media/media.ts";
export type { CallQuality, MediaPath } from "./quality/call-quality.ts";
export type { SelectedPair, StatisticsEntry } from "./quality/statistics.ts";
export { meanOpinionScore, mouthToEarMs, ratingFactor, type VoiceConditions } from "./quality/voice-quality.ts";
export { type CandidateKind, type EndReason, type MicrophoneFault, sentenceFor, type Tried } from "./reasons.ts";
export type { Relation } from "./signalling/front-door.ts";
