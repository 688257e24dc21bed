import { silent, systemClock, systemRandom } from "@skein/core";
import { createKeyPair } from "@skein/identity";
import { createSupernode } from "@skein/network-p2p/supernode";
import { checkedAds, toText } from "./ads.ts";
import type { Figures, Order } from "./messages.ts";

/** A supernode that serves. */
export interface Serving {
  /** Its signed ad, base64. */
  ad(): string;
  figures(): Figures;
  stop(): Promise<void>;
}

/** The same key for every variant of a run. */
const key = createKeyPair(systemRandom);
const PORT = 4001;

/** Starts the product's supernode at an address, over ws. */
export async function createServing({
  address,
  ads,
  index,
}: Extract<Order, { readonly kind: "serve" }>): Promise<Serving> {
  const first = checkedAds(ads);
  const ws = `/ip4/${address}/tcp/${PORT}/ws`;
  const supernode = await createSupernode(
    { listen: [ws], announce: [ws], build: "skein-bench", policy: "any", index },
    { key, clock: systemClock, random: systemRandom, report: silent, supernodes: async () => first },
  );
  return {
    ad: () => toText(supernode.ad()),
    figures() {
      const { dhtPeers, lookups, records, reservations, roster } = supernode.status();
      return { dhtPeers, lookups, records, reservations, roster };
    },
    stop: supernode.stop,
  };
}
