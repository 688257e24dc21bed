import type { DeviceId } from "@skein/core";
import type { SupernodeAd } from "@skein/identity";
import { neighbourhoodOf } from "./addresses.ts";
import type { SupernodeLink } from "./supernode-link.ts";
import type { Experience, SupernodeFacts } from "./supernode-plan.ts";

/** What the plan looks at: every supernode that is known or held, with the newest word of each. */
export function factsOf(
  known: readonly SupernodeAd[],
  standing: {
    readonly now: number;
    readonly links: readonly SupernodeLink[];
    readonly connecting: ReadonlySet<DeviceId>;
    readonly experienceOf: (supernode: DeviceId) => Experience;
    readonly isBusy: (supernode: DeviceId) => boolean;
  },
): readonly SupernodeFacts[] {
  const { connecting, experienceOf, isBusy, links, now } = standing;
  const ads = new Map(known.map((ad) => [ad.supernode, ad]));
  for (const { ad } of links) if (!ads.has(ad.supernode)) ads.set(ad.supernode, ad);
  return [...ads.values()].map((ad) => {
    const link = links.find((each) => each.supernode === ad.supernode);
    return {
      ...experienceOf(ad.supernode),
      ...(link === undefined ? {} : { rttMs: link.rttMs }),
      supernode: ad.supernode,
      neighbourhood: neighbourhoodOf(ad.addresses),
      build: ad.build,
      loadPct: ad.loadPct,
      freeSlots: ad.freeSlots,
      // What an expired ad said of its service says nothing of now.
      phase: ad.expiresAt > now ? (ad.serving?.phase ?? "open") : "open",
      ad: ad.expiresAt > now ? "fresh" : "expired",
      link: link !== undefined ? "held" : connecting.has(ad.supernode) ? "connecting" : "none",
      use: link !== undefined && isBusy(ad.supernode) ? "busy" : "idle",
    };
  });
}
