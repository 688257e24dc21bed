/** The kinds of ICE candidates (RFC 8445 §5.1.1). */
export type CandidateKind = "host" | "srflx" | "prflx" | "relay";

/** Which kinds of candidates each side brought, in the order they came. */
export interface Tried {
  readonly ours: readonly CandidateKind[];
  readonly theirs: readonly CandidateKind[];
}

/** Why the microphone could not be used. */
export type MicrophoneFault =
  /** The person or a policy said no. */
  | "denied"
  /** There is none, or the chosen one is gone. */
  | "missing"
  /** Another program holds it. */
  | "busy"
  /** The page was opened in a way that gives no microphone: neither https nor localhost. */
  | "insecure-page"
  | "failed";

/** Why a call ended: a closed list. Plain data, so that it can be shown in another tab and kept in a history. */
export type EndReason =
  | { readonly kind: "hung-up"; readonly by: "us" | "them" }
  /** We gave up before they answered. */
  | { readonly kind: "cancelled" }
  | { readonly kind: "declined"; readonly by: "us" | "them" }
  | { readonly kind: "busy" }
  | { readonly kind: "no-answer" }
  /** It rang here and nobody answered in time, or they gave up. */
  | { readonly kind: "missed" }
  /** They are not online. */
  | { readonly kind: "offline" }
  /** They are online, but no channel to them could be opened. */
  | { readonly kind: "unreachable"; readonly detail: string }
  /** We are not online ourselves. */
  | { readonly kind: "not-connected" }
  /** Their device does not take calls. */
  | { readonly kind: "unsupported" }
  /** They take calls from contacts only, and we are none. */
  | { readonly kind: "stranger" }
  /** A check of ours failed: somebody changed something, or pretends to be them. */
  | { readonly kind: "security"; readonly detail: string }
  /** A check of theirs failed. */
  | { readonly kind: "refused" }
  /** Their side spoke another language than the protocol's. */
  | { readonly kind: "protocol"; readonly detail: string }
  | { readonly kind: "microphone"; readonly fault: MicrophoneFault }
  /** Only relays may be used, and none of them answered. */
  | { readonly kind: "no-relay" }
  /** ICE found no pair of addresses that works. */
  | { readonly kind: "no-path"; readonly tried: Tried }
  /** ICE found a way, the DTLS handshake on it failed. */
  | { readonly kind: "encryption-failed" }
  /** This browser could not set up a connection at all. */
  | { readonly kind: "media-failed"; readonly detail: string }
  /** A technical failure at their end. */
  | { readonly kind: "their-failure" }
  /** The connection went away and did not come back. */
  | { readonly kind: "lost" }
  /** This device called or was called anew by the same device: the old call is over. */
  | { readonly kind: "replaced" }
  /** Skein was stopped here. */
  | { readonly kind: "stopped" };

const MICROPHONE: Readonly<Record<MicrophoneFault, string>> = {
  denied: "Skein may not use the microphone. Allow it in the browser's site settings and call again.",
  missing: "No microphone was found.",
  busy: "Another program holds the microphone.",
  "insecure-page": "Browsers give the microphone only to https pages and to localhost.",
  failed: "The microphone could not be opened.",
};

/** What the page says of it: one or two plain sentences. */
export function sentenceFor(reason: EndReason): string {
  switch (reason.kind) {
    case "hung-up":
      return reason.by === "us" ? "You hung up." : "They hung up.";
    case "cancelled":
      return "You cancelled the call.";
    case "declined":
      return reason.by === "us" ? "You declined." : "They declined.";
    case "busy":
      return "Busy: they are in another call.";
    case "no-answer":
      return "No answer.";
    case "missed":
      return "You missed this call.";
    case "offline":
      return "They are not online.";
    case "unreachable":
      return `They could not be reached: ${reason.detail}.`;
    case "not-connected":
      return "You are not connected to the network.";
    case "unsupported":
      return "Their device does not take calls.";
    case "stranger":
      return "They take calls from their contacts only.";
    case "security":
      return `Refused: the security check failed, ${reason.detail}.`;
    case "refused":
      return "The other side's security check failed.";
    case "protocol":
      return `The other side sent something that is not part of a call: ${reason.detail}.`;
    case "microphone":
      return MICROPHONE[reason.fault];
    case "no-relay":
      return "No relay could be reached: this network seems to block them.";
    case "no-path":
      return noPathSentence(reason.tried);
    case "encryption-failed":
      return "A way was found, but no encrypted connection came up on it.";
    case "media-failed":
      return `The call could not be set up here: ${reason.detail}.`;
    case "their-failure":
      return "Something failed at their end.";
    case "lost":
      return "The connection was lost.";
    case "replaced":
      return "A newer call took the place of this one.";
    case "stopped":
      return "Skein was stopped.";
  }
}

const WORDS: Readonly<Record<CandidateKind, string>> = {
  host: "own addresses",
  srflx: "addresses seen from outside",
  prflx: "addresses seen by the other side",
  relay: "relays",
};

function noPathSentence({ ours, theirs }: Tried): string {
  if (ours.length === 0) return "No way through: UDP seems blocked here, and no relay could be reached.";
  if (theirs.length === 0) return "No way through: UDP seems blocked at their end.";
  const list = (kinds: readonly CandidateKind[]): string => kinds.map((kind) => WORDS[kind]).join(", ");
  return `No way through: tried our ${list(ours)} with their ${list(theirs)}.`;
}
