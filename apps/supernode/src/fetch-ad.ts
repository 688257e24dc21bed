import type { Clock } from "@skein/core";
import { type SupernodeAd, verifyAd } from "@skein/identity";
import { MAX_AD_BYTES } from "@skein/wire";
import { oneLine } from "./one-line.ts";

/** How one supernode answered. */
export type AdAnswer =
  | { readonly kind: "ad"; readonly ad: SupernodeAd }
  /** It did not answer in time, or not with an ad that holds. */
  | { readonly kind: "none"; readonly reason: string };

/** Largest answer read, in bytes: an ad with the envelope around it. */
const MAX_BODY_BYTES = MAX_AD_BYTES + 256;

/** Asks the supernode at an HTTP address for its ad. Never rejects; an answer is read up to the size of an ad and no further. */
export async function fetchAd(
  address: string,
  dependencies: { readonly clock: Clock; readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<AdAnswer> {
  const { clock, timeoutMs, signal } = dependencies;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(new URL("/ad", address), {
      redirect: "error",
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    if (!response.ok) return { kind: "none", reason: `it answered ${response.status}` };
    const ad = verifyAd(await readBody(response), clock.now());
    return ad.ok ? { kind: "ad", ad: ad.value } : { kind: "none", reason: ad.reason };
  } catch (error) {
    return { kind: "none", reason: oneLine((error as Error).cause ?? error) };
  }
}

async function readBody(response: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error cancels what was not read.
  for await (const piece of response.body ?? []) {
    size += piece.byteLength;
    if (size > MAX_BODY_BYTES) throw new Error(`its answer is longer than ${MAX_BODY_BYTES} bytes`);
    pieces.push(piece);
  }
  return Uint8Array.from(Buffer.concat(pieces));
}
