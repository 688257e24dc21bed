import type { IcePolicy } from "@skein/core";
import { MAX_CANDIDATES_PER_ROUND } from "../specification.ts";
import { type Candidate, parseCandidate, shownCandidate } from "./candidate.ts";

/** Our candidates on their way out: after their description, within the policy, within the limit. */
export interface OutgoingCandidates {
  /** A description of ours with this ICE user name was sent; candidates of others are not ours to show any more. */
  begin(round: number, ufrag: string, policy: IcePolicy): void;
  /** One was gathered. It may come before {@link OutgoingCandidates.begin} of its round. */
  gathered(text: string, ufrag: string): void;
  /** How many of this round were shown. */
  readonly shown: number;
}

/** `show` sends one. */
export function createOutgoingCandidates(show: (round: number, candidate: Candidate) => void): OutgoingCandidates {
  let current: { readonly round: number; readonly ufrag: string; readonly policy: IcePolicy } | undefined;
  let early: { readonly text: string; readonly ufrag: string }[] = [];
  let shown = 0;

  function offer(text: string): void {
    const candidate = parseCandidate(text);
    if (candidate === undefined || current === undefined || shown >= MAX_CANDIDATES_PER_ROUND) return;
    const visible = shownCandidate(candidate, current.policy);
    if (visible === undefined) return;
    shown += 1;
    show(current.round, visible);
  }

  return {
    begin(round, ufrag, policy) {
      current = { round, ufrag, policy };
      shown = 0;
      const waiting = early;
      early = [];
      for (const each of waiting) if (each.ufrag === ufrag) offer(each.text);
    },
    gathered(text, ufrag) {
      if (ufrag === current?.ufrag) offer(text);
      else if (early.length < MAX_CANDIDATES_PER_ROUND) early.push({ text, ufrag });
    },
    get shown() {
      return shown;
    },
  };
}

/** Their candidates on their way in. */
export interface IncomingCandidates {
  /** The candidate if it is new and of the round in force, `ignored` if not, `refused` if it breaks a limit or is none. */
  take(round: number, inForce: number | undefined, text: string): Candidate | "ignored" | "refused";
}

/** Bounded: {@link MAX_CANDIDATES_PER_ROUND} a round. */
export function createIncomingCandidates(): IncomingCandidates {
  const seen = new Set<string>();
  let of = -1;
  return {
    take(round, inForce, text) {
      const candidate = parseCandidate(text);
      if (candidate === undefined) return "refused";
      if (round !== inForce) return "ignored";
      if (round !== of) {
        seen.clear();
        of = round;
      }
      if (seen.has(text)) return "ignored";
      if (seen.size >= MAX_CANDIDATES_PER_ROUND) return "refused";
      seen.add(text);
      return candidate;
    },
  };
}
