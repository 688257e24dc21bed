import type {
  CallView,
  ContactView,
  MessageView,
  NetworkView,
  Outcome,
  RequestView,
  SessionState,
} from "@skein/client";
import type { DeviceId, Mode, SkeinEvent, UserId } from "@skein/core";
import type { Heard } from "./sound/spectrum.ts";

/** What a peer says, apart from when and which peer: one closed list (docs/spec/peer.md, "Lines out"). */
export type PeerNews =
  /** It runs; the network comes later. */
  | {
      readonly kind: "ready";
      readonly user: UserId;
      readonly device: DeviceId;
      readonly name: string;
      readonly link: string;
    }
  | { readonly kind: "network"; readonly mode: Mode; readonly network: NetworkView }
  | ({ readonly kind: "contact" } & Pick<ContactView, "user" | "name" | "presence" | "unread" | "verified" | "path">)
  | { readonly kind: "contact-gone"; readonly user: UserId }
  | ({ readonly kind: "request" } & RequestView)
  /** A new message, or a new state of one. */
  | ({ readonly kind: "message"; readonly user: UserId } & MessageView)
  | { readonly kind: "call"; readonly call: CallView }
  /** What the call sounds like now, twice a second at most. */
  | ({ readonly kind: "heard" } & Heard)
  | { readonly kind: "recorded"; readonly file: string }
  /** The media process died; calls that used it end. */
  | { readonly kind: "media-died"; readonly reason: string }
  | { readonly kind: "event"; readonly event: SkeinEvent }
  /** What came of a line of input. */
  | ({ readonly kind: "outcome"; readonly tag?: string } & Outcome)
  | { readonly kind: "link"; readonly tag?: string; readonly link: string }
  | { readonly kind: "state"; readonly tag?: string; readonly state: SessionState }
  /** A line of input that could not be read. */
  | { readonly kind: "error"; readonly reason: string };

/** Kinds of news without anything of what people write, say or do. */
const DISCREET: ReadonlySet<PeerNews["kind"]> = new Set([
  "ready",
  "network",
  "media-died",
  "outcome",
  "link",
  "state",
  "error",
]);

/** Says whether news may stand in the log of a service that strangers talk to. */
export function isDiscreet({ kind }: PeerNews): boolean {
  return DISCREET.has(kind);
}

/** Takes news of one peer. Never throws. */
export type Tell = (news: PeerNews) => void;

/** Writes news as a line: `at` in ms since 1970, and the number of the peer. */
export function lineOf(peer: number, at: number, news: PeerNews): string {
  return `${JSON.stringify({ at, peer, ...news })}\n`;
}
