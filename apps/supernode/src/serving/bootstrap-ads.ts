import { systemClock } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import type { Logger } from "pino";
import { fetchAd } from "../fetch-ad.ts";

/** How long another supernode may take to give its ad, in ms. */
const BOOTSTRAP_TIMEOUT_MS = 3_000;

/** Asks supernodes by their HTTP addresses; those that do not answer are left out. Never rejects. */
export async function bootstrapAds(addresses: readonly string[], log: Logger): Promise<readonly SupernodeAd[]> {
  const ask = async (address: string): Promise<readonly SupernodeAd[]> => {
    const answer = await fetchAd(address, { clock: systemClock, timeoutMs: BOOTSTRAP_TIMEOUT_MS });
    if (answer.kind === "ad") return [answer.ad];
    log.debug({ event: "supernode.no-ad", address, reason: answer.reason });
    return [];
  };
  return (await Promise.all(addresses.map(ask))).flat();
}
