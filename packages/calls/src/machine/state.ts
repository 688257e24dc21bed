import type { DeviceId, IcePolicy, UserId } from "@skein/core";
import type { EndReason, Tried } from "../reasons.ts";

/** Who is at the other end: device proven by the channel, user by its certificate, name by its card. */
export interface Peer {
  readonly user: UserId;
  readonly device: DeviceId;
  readonly name: string;
}

/** Whom to call: a person (their newest device is looked up) or one device. */
export type Target =
  | { readonly kind: "user"; readonly user: UserId }
  | { readonly kind: "device"; readonly device: DeviceId };

/** Which candidates a side may use before and after the answer. */
export interface Policies {
  readonly beforeAnswer: IcePolicy;
  readonly afterAnswer: IcePolicy;
}

/** The channel that carries the signalling. The caller opens it, and opens it again when it is lost. */
export type Signalling =
  | { readonly kind: "open" }
  /** The caller redials at `retryAt`. */
  | { readonly kind: "waiting"; readonly attempts: number; readonly retryAt: number }
  | { readonly kind: "redialling"; readonly attempts: number }
  /** The callee waits for the caller to redial. */
  | { readonly kind: "awaiting-caller" };

/** The caller's turn: may it offer, or is an answer due? A callee is always `settled`. */
export type Round = { readonly kind: "settled" } | { readonly kind: "open"; readonly since: number };

/** What is known of the connection before the call counts as connected. */
export type MediaProgress = "setting-up" | "connected" | "interrupted" | "failed" | "encryption-failed";

/** What every call knows from its first signal to its end. Times in ms since 1970. */
export interface CallFacts {
  readonly call: string;
  readonly role: "caller" | "callee";
  readonly peer: Peer;
  readonly startedAt: number;
  readonly policies: Policies;
  readonly signalling: Signalling;
  readonly round: Round;
  readonly tried: Tried;
  /** Whether the sound goes through a relay, as far as known. */
  readonly path: "unknown" | "direct" | "relayed";
}

/** No call, and none shown. */
export interface Idle {
  readonly kind: "idle";
}

/** Looking for the device, opening microphone and channel. Nobody has been asked yet. */
export interface Reaching {
  readonly kind: "reaching";
  readonly call: string;
  readonly target: Target;
  readonly startedAt: number;
  readonly deadlineAt: number;
}

/** The offer is on its way (`asked`), or their device says it rings. */
export interface RingingOut extends CallFacts {
  readonly kind: "ringing-out";
  readonly stage: "asked" | "ringing";
  readonly deadlineAt: number;
  readonly media: MediaProgress;
}

/** It rings here. */
export interface RingingIn extends CallFacts {
  readonly kind: "ringing-in";
  readonly deadlineAt: number;
  readonly media: MediaProgress;
}

/** Answered; sound does not flow both ways yet. */
export interface Connecting extends CallFacts {
  readonly kind: "connecting";
  readonly microphone: "opening" | "open";
  readonly answeredAt: number;
  readonly deadlineAt: number;
  readonly media: MediaProgress;
  readonly repairAt: number;
}

/** Talking. */
export interface Connected extends CallFacts {
  readonly kind: "connected";
  readonly connectedAt: number;
  readonly flow: Flow;
}

/** Whether sound gets through. */
export type Flow =
  | { readonly kind: "flowing" }
  /** ICE lost its pair; the caller repairs it, at `repairAt` next. */
  | { readonly kind: "broken"; readonly deadlineAt: number; readonly repairAt: number }
  /** They closed the connection; their hangup is most likely on its way. */
  | { readonly kind: "closing"; readonly deadlineAt: number };

/** Over, and shown until dismissed or replaced. */
export interface Ended {
  readonly kind: "ended";
  readonly call: string;
  readonly role: "caller" | "callee";
  readonly peer: Peer | Target;
  readonly startedAt: number;
  readonly connectedAt: number | "never";
  readonly endedAt: number;
  readonly reason: EndReason;
}

/** The line of this device: at most one call. */
export type LineState = Idle | Reaching | RingingOut | RingingIn | Connecting | Connected | Ended;

/** A call with somebody at the other end. */
export type CallWithPeer = RingingOut | RingingIn | Connecting | Connected;

/** A call that is not over. */
export type LiveCall = Reaching | CallWithPeer;

/** Says whether a call is under way. */
export function isLive(state: LineState): state is LiveCall {
  return state.kind !== "idle" && state.kind !== "ended";
}

/** Says whether a call is under way whose other end is known. */
export function hasPeer(state: LineState): state is CallWithPeer {
  return isLive(state) && state.kind !== "reaching";
}

/** The line before its first call. */
export const idle: Idle = { kind: "idle" };
