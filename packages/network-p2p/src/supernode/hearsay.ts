import type { DeviceId } from "@skein/core";
import type { SupernodeReport } from "@skein/election";
import type { SupernodeAd } from "@skein/identity";
import { neighbourhoodOf } from "../addresses.ts";

/** What a node has heard of other supernodes, and when it heard it first: the age of a report is by our clock. */
export interface Hearsay {
  /** The reports in these ads; an ad seen before keeps the time at which it was new. */
  reports(ads: readonly SupernodeAd[], now: number): readonly SupernodeReport[];
}

/** Makes it; it remembers no more than it was last given. */
export function createHearsay(): Hearsay {
  let known = new Map<DeviceId, { readonly issuedAt: number; readonly heardAt: number }>();
  return {
    reports(ads, now) {
      const next = new Map<DeviceId, { readonly issuedAt: number; readonly heardAt: number }>();
      for (const { issuedAt, supernode } of ads) {
        const before = known.get(supernode);
        next.set(supernode, before?.issuedAt === issuedAt ? before : { issuedAt, heardAt: now });
      }
      known = next;
      return ads.map((ad) => reportOf(ad, known.get(ad.supernode)?.heardAt ?? now));
    },
  };
}

/** Builds before 0.2 say only load and free slots; the rest is reckoned from them. */
function reportOf(ad: SupernodeAd, heardAt: number): SupernodeReport {
  const { addresses, build, freeSlots, loadPct, supernode: id } = ad;
  const slots = Math.round(freeSlots / Math.max(0.01, 1 - loadPct / 100));
  const old = { phase: "open", since: 0, slots, leaves: slots - freeSlots, turnedAway: 0, candidates: 0 } as const;
  return { id, network: neighbourhoodOf(addresses), build, heardAt, ...(ad.serving ?? old) };
}
