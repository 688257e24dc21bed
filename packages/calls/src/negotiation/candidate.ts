import type { IcePolicy } from "@skein/core";
import type { CandidateKind } from "../reasons.ts";

/** Longest candidate line we send or read, in characters; the wire format has the same bound. */
const MAX_CANDIDATE_LENGTH = 1_024;

/** One ICE candidate as RFC 8839 §5.1 writes it, with its kind read out. */
export interface Candidate {
  readonly text: string;
  readonly kind: CandidateKind;
}

/** Reads a candidate line; `undefined` when it is not one. */
export function parseCandidate(text: string): Candidate | undefined {
  if (text.length > MAX_CANDIDATE_LENGTH) return undefined;
  const match =
    /^candidate:[A-Za-z0-9+/]{1,32} [12] (?:udp|tcp) \d{1,10} [0-9A-Za-z:.-]{1,255} \d{1,5} typ (host|srflx|prflx|relay)(?: [\x21-\x7e]+)*$/i.exec(
      text,
    );
  const kind = match?.[1]?.toLowerCase() as CandidateKind | undefined;
  return kind === undefined ? undefined : { text, kind };
}

/**
 * The candidate as it may be shown to the other side, or `undefined` when it must not be. Under `relay` only relayed
 * addresses go out, and without the related address, which is the sender's own (RFC 8828 §5, mode 4).
 */
export function shownCandidate(candidate: Candidate, policy: IcePolicy): Candidate | undefined {
  if (policy === "all") return candidate;
  if (candidate.kind !== "relay") return undefined;
  const text = candidate.text.replace(/ raddr \S+ rport \S+/i, " raddr 0.0.0.0 rport 9");
  return { ...candidate, text };
}
