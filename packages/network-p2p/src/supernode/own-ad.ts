import type { Clock } from "@skein/core";
import { type KeyPair, type SupernodeAd, signAd } from "@skein/identity";
import type { Service } from "./service.ts";

/** What a supernode says of itself at this moment; the rest of an ad follows. */
export type AdStatement = Pick<SupernodeAd, "addresses" | "build" | "loadPct" | "freeSlots" | "serving">;

/** What the figures of an ad are made from. */
export interface Standing {
  readonly service: Service;
  readonly leaves: number;
  readonly maxReservations: number;
  readonly turnedAway: number;
  readonly candidates: number;
}

/** The figures of an ad: free slots only while it is open, and never fewer slots than leaves. */
export function figuresOf(standing: Standing): Pick<AdStatement, "loadPct" | "freeSlots" | "serving"> {
  const { candidates, leaves, maxReservations, service, turnedAway } = standing;
  const { phase, since } = service;
  const slots = Math.max(Math.min(service.slots, maxReservations), leaves);
  return {
    loadPct: slots === 0 ? 0 : Math.min(100, Math.round((100 * leaves) / slots)),
    freeSlots: phase === "open" ? slots - leaves : 0,
    serving: { phase: phase === "idle" ? "leaving" : phase, since, slots, leaves, turnedAway, candidates },
  };
}

/** Our own ad, signed anew only when that tells somebody something. */
export interface OwnAd {
  /** The signed ad as of now. */
  current(): Uint8Array;
}

/** Figures alone make a new signature at most this often, ms. */
const SETTLE_MS = 1_000;

/** Makes it; an ad is signed anew after `refreshMs`, at once when phase or addresses changed, else when figures did. */
export function createOwnAd(
  { refreshMs }: { readonly refreshMs: number },
  { clock, key, state }: { readonly clock: Clock; readonly key: KeyPair; readonly state: () => AdStatement },
): OwnAd {
  let signed:
    | { readonly bytes: Uint8Array; readonly at: number; readonly shape: string; readonly all: string }
    | undefined;
  return {
    current() {
      const now = clock.now();
      const statement = state();
      const shape = JSON.stringify([statement.addresses, statement.build, statement.serving?.phase]);
      const all = JSON.stringify(statement);
      const ageMs = now - (signed?.at ?? Number.NEGATIVE_INFINITY);
      const stands = signed?.shape === shape && ageMs < refreshMs && (signed.all === all || ageMs < SETTLE_MS);
      if (signed === undefined || !stands)
        signed = { bytes: signAd({ ...statement, issuedAt: now }, key), at: now, shape, all };
      return signed.bytes;
    },
  };
}
