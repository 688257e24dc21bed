import type { DeviceId, UserId } from "@skein/core";
import type { LineState, Peer, Target } from "./machine/state.ts";
import type { CallQuality, MediaPath } from "./quality/call-quality.ts";
import { type EndReason, sentenceFor } from "./reasons.ts";

/** Who is at the other end, as far as known: a call to a person knows the device once it is reached. */
export interface CallPeer {
  readonly user?: UserId;
  readonly device?: DeviceId;
  readonly name?: string;
}

/** What every call shows. Times in ms since 1970. */
export interface CallSummary {
  /** Random id, base64url, 22 characters. */
  readonly call: string;
  readonly direction: "outgoing" | "incoming";
  readonly peer: CallPeer;
  readonly startedAt: number;
}

/** Our own microphone in a call. `lost`: it went away and no other one could be opened. */
export type MicrophoneState = "live" | "muted" | "lost";

/** The one call of this device, as a page shows it: plain data, fit to be copied to other tabs. */
export type CallState =
  | { readonly kind: "idle" }
  | (CallSummary & {
      readonly kind: "ringing-out";
      /** Still looking for them · asked · their device says it rings. */
      readonly stage: "reaching" | "asked" | "ringing";
    })
  | (CallSummary & { readonly kind: "ringing-in" })
  | (CallSummary & { readonly kind: "connecting"; readonly microphone: MicrophoneState; readonly path: MediaPath })
  | (CallSummary & {
      readonly kind: "connected";
      readonly connectedAt: number;
      readonly microphone: MicrophoneState;
      readonly path: MediaPath;
      /** `broken`: no sound gets through at the moment, and it is being repaired. */
      readonly sound: "flowing" | "broken";
      /** Left out until the first two readings. */
      readonly quality?: CallQuality;
    })
  | (CallSummary & {
      readonly kind: "ended";
      readonly endedAt: number;
      /** How long people talked, in ms; 0 when they never did. */
      readonly lastedMs: number;
      readonly reason: EndReason;
      /** The reason in plain words. */
      readonly sentence: string;
    });

/** What the machine does not know. */
export interface CallDetails {
  readonly microphone: MicrophoneState;
  readonly path: MediaPath;
  readonly quality: CallQuality | undefined;
}

/** What a page shows of the machine's state. */
export function viewOf(state: LineState, details: CallDetails): CallState {
  if (state.kind === "idle") return { kind: "idle" };
  if (state.kind === "reaching")
    return { ...summary(state.call, "caller", state.target, state.startedAt), kind: "ringing-out", stage: "reaching" };
  const common = summary(state.call, state.role, state.peer, state.startedAt);
  const { microphone, path, quality } = details;
  if (state.kind === "ringing-out") return { ...common, kind: state.kind, stage: state.stage };
  if (state.kind === "ringing-in") return { ...common, kind: state.kind };
  if (state.kind === "connecting") return { ...common, kind: state.kind, microphone, path };
  if (state.kind === "connected") {
    const sound = state.flow.kind === "flowing" ? "flowing" : "broken";
    const measured = quality === undefined ? {} : { quality };
    return { ...common, kind: state.kind, connectedAt: state.connectedAt, microphone, path, sound, ...measured };
  }
  const { kind, endedAt, connectedAt, reason } = state;
  const lastedMs = connectedAt === "never" ? 0 : endedAt - connectedAt;
  return { ...common, kind, endedAt, lastedMs, reason, sentence: sentenceFor(reason) };
}

function summary(call: string, role: "caller" | "callee", who: Peer | Target, startedAt: number): CallSummary {
  return { call, direction: role === "caller" ? "outgoing" : "incoming", peer: peerOf(who), startedAt };
}

function peerOf(who: Peer | Target): CallPeer {
  if (!("kind" in who)) return { user: who.user, device: who.device, name: who.name };
  return who.kind === "user" ? { user: who.user } : { device: who.device };
}
