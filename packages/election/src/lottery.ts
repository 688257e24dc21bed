import { sha256 } from "@noble/hashes/sha2.js";
import type { DeviceId } from "@skein/core";

/** What a ticket is drawn for; each draw is independent of the others. */
export type Draw = "start" | "leave" | "notice";

/**
 * A device's ticket, in [0, 1): the first 48 bits of SHA-256 over `"skein/election/" draw "/" device "/" round`. Anyone
 * can compute anyone's, nobody needs a source of chance, and no two devices draw alike.
 */
export function ticket(device: DeviceId, draw: Draw, round: number): number {
  const digest = sha256(new TextEncoder().encode(`skein/election/${draw}/${device}/${round}`));
  let value = 0;
  for (const byte of digest.subarray(0, 6)) value = value * 256 + byte;
  return value / 2 ** 48;
}

/**
 * The lottery of one epoch: of a crowd that expects `winners`, each wins with chance winners / crowd, doubled for every
 * epoch in which nobody came (a wrong guess of the crowd costs a few epochs, not the network). Winners come one after
 * the other: the turn of a ticket is when the part of the epoch that has passed reaches ticket / chance.
 */
export function chanceOf(winners: number, crowd: number, epochsWaited: number): number {
  return Math.min(1, (winners / Math.max(1, crowd)) * 2 ** Math.min(epochsWaited, 30));
}

/** A ticket in the draw that began when its device noticed the need; each further epoch draws anew. */
export interface Drawn {
  readonly ticket: number;
  /** The chance reached by now: it wins while its ticket is below. */
  readonly chance: number;
  /** When it wins, ms; `Infinity` when it does not in this epoch. */
  readonly turnAt: number;
}

/**
 * Draws for a device that has noticed at `since` that `winners` of a `crowd` are wanted. Nothing is won at the first
 * moment, so a crowd that notices together still acts one after the other.
 */
export function drawn(
  device: DeviceId,
  draw: Draw,
  wanted: { readonly winners: number; readonly crowd: number; readonly since: number },
  now: number,
  epochMs: number,
): Drawn {
  const waited = Math.floor((now - wanted.since) / epochMs);
  const beganAt = wanted.since + waited * epochMs;
  const own = ticket(device, draw, Math.floor(beganAt));
  const chance = wanted.winners <= 0 ? 0 : chanceOf(wanted.winners, wanted.crowd, waited);
  const turnAt = own < chance ? Math.ceil(beganAt + (own / chance) * epochMs) + 1 : Number.POSITIVE_INFINITY;
  return { ticket: own, chance: (chance * (now - beganAt)) / epochMs, turnAt };
}
