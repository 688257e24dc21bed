import type { CallState, MediaPath } from "@skein/calls";
import type { DeviceId, NetworkStatus, Path, UserId } from "@skein/core";
import type { KnownPerson } from "./contact-book.ts";
import type { Summary } from "./contact-summaries.ts";
import type { CallView, ContactView, NetworkView, PathView, QualityView } from "./session.ts";

/** A supernode's name on the page: the first characters of its key. Two may share one; it is for recognising, not for proof. */
function shortName(supernode: DeviceId | string): string {
  return supernode.slice(0, 6);
}

/** Network status as the page draws it. */
export function networkView(status: NetworkStatus): NetworkView {
  switch (status.kind) {
    case "stopped":
      return { kind: "stopped" };
    case "joining":
      return status.lastError === undefined
        ? { kind: "joining" }
        : { kind: "joining", reason: status.lastError.message };
    case "online": {
      const names = status.role === "central-client" ? status.via : status.via.map(shortName);
      return { kind: "online", via: names };
    }
    case "failed":
      return { kind: "failed", reason: status.error.message };
  }
}

/** Path of a channel as the page draws it. */
function pathView(path: Path): PathView {
  switch (path.kind) {
    case "direct":
      return { kind: "direct" };
    case "relayed":
      return { kind: "relayed", by: shortName(path.by) };
    case "central":
      return { kind: "central", by: path.by };
  }
}

/** One contact for the list. */
export function contactView(
  person: KnownPerson,
  facts: {
    readonly presence: ContactView["presence"];
    readonly summary: Summary;
    readonly safety: { readonly number: string; readonly words: string };
  },
): ContactView {
  const { last, path, unread } = facts.summary;
  return {
    user: person.user,
    name: person.card.name,
    presence: facts.presence,
    unread,
    verified: person.verified,
    safetyNumber: facts.safety.number,
    safetyWords: facts.safety.words,
    ...(last === undefined
      ? {}
      : { lastMessage: { body: last.body, at: last.sentAt, mine: last.direction === "outgoing" } }),
    ...(path === undefined ? {} : { path: pathView(path) }),
  };
}

/** The present call. `nameOf` gives the name we know someone by. */
export function callView(state: CallState, nameOf: (user: UserId) => string | undefined): CallView {
  if (state.kind === "idle") return { kind: "idle" };
  const { user, name } = state.peer;
  // Not so: this client only calls people.
  if (user === undefined) return { kind: "idle" };
  return viewOfCall(state, { call: state.call, user, name: nameOf(user) ?? name ?? shortName(user) });
}

function viewOfCall(
  state: Exclude<CallState, { kind: "idle" }>,
  common: { readonly call: string; readonly user: UserId; readonly name: string },
): CallView {
  switch (state.kind) {
    case "ringing-out":
    case "ringing-in":
      return { ...common, kind: state.kind };
    case "connecting":
      return { ...common, kind: state.kind, ...mediaPathView(state.path) };
    case "connected": {
      const quality = state.quality === undefined ? {} : { quality: qualityView(state.quality) };
      const { connectedAt, microphone } = state;
      return {
        ...common,
        kind: state.kind,
        connectedAt,
        muted: microphone !== "live",
        ...quality,
        ...mediaPathView(state.path),
      };
    }
    case "ended":
      return {
        ...common,
        kind: state.kind,
        reason: state.reason.kind,
        sentence: state.sentence,
        lastedMs: state.lastedMs,
      };
  }
}

function mediaPathView(path: MediaPath): { readonly path?: PathView } {
  switch (path.kind) {
    case "unknown":
      return {};
    case "direct":
      return { path: { kind: "direct" } };
    case "relayed":
      return { path: { kind: "relayed", by: path.by.map(shortName).join(", ") } };
    case "central":
      return { path: { kind: "central", by: path.by.join(", ") } };
  }
}

function qualityView(quality: NonNullable<Extract<CallState, { kind: "connected" }>["quality"]>): QualityView {
  return {
    rttMs: quality.rttMs,
    jitterBufferMs: quality.jitterBufferMs,
    lossPct: 100 * Math.max(quality.lostFraction, quality.concealedFraction),
    sendKbps: quality.sentBitsPerSecond / 1000,
    receiveKbps: quality.receivedBitsPerSecond / 1000,
    mos: quality.meanOpinionScore,
  };
}
