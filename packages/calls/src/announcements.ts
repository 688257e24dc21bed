import type { Mode, SkeinEvent } from "@skein/core";
import { isLive, type LineState } from "./machine/state.ts";

/** What the product says of itself when the line changes. Pure, so that the lab's figures rest on tested ground. */
export function announcementsOf(before: LineState, after: LineState, mode: Mode): readonly SkeinEvent[] {
  const continues = isLive(before) && after.kind !== "idle" && before.call === after.call;
  return [
    ...(isLive(before) && !continues ? [ended(before, "replaced", 0)] : []),
    ...(after.kind === "idle" || after.kind === "ended" ? [] : steps(continues ? before : undefined, after, mode)),
    ...(after.kind === "ended" && continues ? endings(before, after) : []),
  ];
}

type StepEvent = Extract<SkeinEvent, { readonly mode: Mode; readonly call: string }>;
type Live = Exclude<LineState, { readonly kind: "idle" | "ended" }>;
type Over = Extract<LineState, { readonly kind: "ended" }>;

/** Each step once a call: those the call has behind it now and had not before. */
function steps(before: LineState | undefined, after: Live, mode: Mode): StepEvent[] {
  const had = before === undefined ? [] : stepsOf(before);
  return stepsOf(after)
    .filter((name) => !had.includes(name))
    .map((name) => ({ name, call: after.call, mode }));
}

function stepsOf(state: LineState): StepEvent["name"][] {
  switch (state.kind) {
    case "reaching":
      return ["call.dialled"];
    case "ringing-out":
      return state.stage === "ringing" ? ["call.dialled", "call.rung"] : ["call.dialled"];
    case "ringing-in":
      return ["call.ringing"];
    case "connecting":
      return [...before(state.role), "call.answered"];
    case "connected":
      return [...before(state.role), "call.answered", "call.connected"];
    default:
      return [];
  }
}

/** What an answered call has behind it. A call that met ours is answered without ringing; it says so all the same. */
function before(role: "caller" | "callee"): StepEvent["name"][] {
  return role === "caller" ? ["call.dialled", "call.rung"] : ["call.ringing"];
}

function endings(before: Live, { call, reason, endedAt }: Over): SkeinEvent[] {
  const lastedMs = before.kind === "connected" ? endedAt - before.connectedAt : 0;
  const refused: SkeinEvent[] =
    reason.kind === "security" ? [{ name: "call.refused", call, reason: reason.detail }] : [];
  return [...refused, ended(before, reason.kind, lastedMs)];
}

function ended({ call }: Live, reason: string, lastedMs: number): SkeinEvent {
  return { name: "call.ended", call, reason, lastedMs };
}
