import type { Clock, DeviceId, Random } from "@skein/core";
import type { KeyPair } from "@skein/identity";
import { MAX_ROUND } from "../specification.ts";
import {
  type ExpectedPlace,
  envelopeHash,
  equal,
  type OpenedDescription,
  openDescription,
  sealDescription,
} from "./envelope.ts";

/** One side's view of a call's signed offers and answers. The caller offers, the callee answers; never the other way round. */
export interface DialogueOptions {
  readonly call: Uint8Array;
  readonly role: "caller" | "callee";
  readonly self: DeviceId;
  readonly peer: DeviceId;
}

/** What came of reading an envelope. `repeat`: a faithful copy of the last one accepted; `late`: it answers an offer we have replaced. Both are to be ignored. */
export type Reading =
  | { readonly kind: "fresh"; readonly description: OpenedDescription }
  | { readonly kind: "repeat" | "late" }
  | { readonly kind: "refused"; readonly reason: string };

/** The chain of signed descriptions of one call. Synchronous; no I/O. */
export interface Dialogue {
  /** The last round we made or accepted; -1 before the first. */
  readonly round: number;
  /** What the other side's last accepted description says of its certificate and ICE user. */
  readonly remote: OpenedDescription | undefined;
  /** Signs our next description: the caller's next offer, or the callee's answer to the last offer read. */
  seal(sdp: string): Uint8Array;
  read(envelope: Uint8Array): Reading;
}

/** One of our own descriptions, as the other side must refer to it. */
interface Sent {
  readonly round: number;
  readonly hash: Uint8Array;
}

/** Starts the chain of one call. */
export function createDialogue(
  options: DialogueOptions,
  dependencies: { readonly signer: KeyPair; readonly clock: Clock; readonly random: Random },
): Dialogue {
  const { call, role, self, peer } = options;
  const type = role === "caller" ? "offer" : "answer";
  let round = -1;
  let remote: OpenedDescription | undefined;
  /** Hash of the last description accepted from them. */
  let accepted = new Uint8Array() as Uint8Array;
  /** Our last two: an answer may be late by one offer, an offer may not know our last answer. */
  let sent: readonly Sent[] = [];
  let answerDue = false;

  const theirs: ExpectedPlace = {
    call,
    role: role === "caller" ? "callee" : "caller",
    type: role === "caller" ? "answer" : "offer",
    from: peer,
    to: self,
    turnFault: (theirRound, inReplyTo) =>
      role === "caller" ? answerFault(sent, theirRound, inReplyTo) : offerFault(sent, round, theirRound, inReplyTo),
  };

  return {
    get round() {
      return round;
    },
    get remote() {
      return remote;
    },
    seal(sdp) {
      const next = role === "caller" ? round + 1 : round;
      const place = { call, role, type, round: next, from: self, to: peer, inReplyTo: accepted } as const;
      const { signer, random, clock } = dependencies;
      const envelope = sealDescription(sdp, place, { signer, nonce: random.bytes(16), now: clock.now() });
      round = next;
      sent = [...sent.slice(-1), { round, hash: envelopeHash(envelope) }];
      answerDue = role === "caller";
      return envelope;
    },
    read(envelope) {
      const hash = envelopeHash(envelope);
      if (equal(hash, accepted)) return { kind: "repeat" };
      if (role === "caller" && !answerDue) return { kind: "refused", reason: "a second answer came" };
      const opened = openDescription(envelope, theirs, dependencies.clock.now());
      if (!opened.ok) return { kind: "refused", reason: opened.reason };
      if (remote !== undefined && !equal(remote.fingerprint, opened.value.fingerprint))
        return { kind: "refused", reason: "the certificate changed during the call" };
      if (role === "caller" && opened.value.round < round) return { kind: "late" };
      accepted = hash;
      remote = opened.value;
      round = opened.value.round;
      answerDue = false;
      return { kind: "fresh", description: opened.value };
    },
  };
}

/** The first offer has round 0 and replies to nothing; later ones rise and reply to one of our last answers. */
function offerFault(answers: readonly Sent[], last: number, round: number, inReplyTo: Uint8Array): string | undefined {
  const rises = last < 0 ? round === 0 : round > last && round <= MAX_ROUND;
  if (!rises) return "the description belongs to another round";
  const known = last < 0 ? inReplyTo.byteLength === 0 : answers.some((answer) => equal(answer.hash, inReplyTo));
  return known ? undefined : "the description replies to something else";
}

/** An answer has the round of the very offer it replies to. */
function answerFault(offers: readonly Sent[], round: number, inReplyTo: Uint8Array): string | undefined {
  const offer = offers.find((each) => each.round === round);
  if (offer === undefined) return "the description belongs to another round";
  return equal(offer.hash, inReplyTo) ? undefined : "the description replies to something else";
}
