import { checkedAds } from "./ads.ts";
import { startLeaf } from "./leaf.ts";
import type { Order, Somebody } from "./messages.ts";

/** People starting at once: more, and their handshakes time out on a small machine. */
const AT_ONCE = 4;
const MAX_TRIES = 5;

/** Starts people, each online with one supernode, in turn. */
export async function createCrowd({ ads, people }: Extract<Order, { readonly kind: "populate" }>): Promise<{
  readonly people: readonly Somebody[];
  stop(): Promise<void>;
}> {
  const homes = checkedAds(ads);
  const leaves: Awaited<ReturnType<typeof startLeaf>>[] = [];
  for (let first = 0; first < people; first += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, people - first) }, (_, index) => {
      const home = homes[(first + index) % homes.length];
      return startInTheEnd(home === undefined ? [] : [home]);
    });
    leaves.push(...(await Promise.all(some)));
  }
  return {
    people: leaves.map(({ account: { device, user } }) => ({ device, user })),
    async stop() {
      await Promise.all(leaves.map(({ network }) => network.stop()));
    },
  };
}

/** On a small machine forty busy programs may answer one too late: it comes again. */
async function startInTheEnd(homes: Parameters<typeof startLeaf>[0]): ReturnType<typeof startLeaf> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startLeaf(homes);
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
    }
  }
}
