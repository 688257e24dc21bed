import { performance } from "node:perf_hooks";
import { noise } from "@chainsafe/libp2p-noise";
import { identify } from "@libp2p/identify";
import { kadDHT, passthroughMapper, type SingleKadDHT } from "@libp2p/kad-dht";
import { ping } from "@libp2p/ping";
import { webSockets } from "@libp2p/websockets";
import { yamux } from "@libp2p/yamux";
import { multiaddr } from "@multiformats/multiaddr";
import { pause, systemClock } from "@skein/core";
import { verifyPresence } from "@skein/identity";
import { KAD_PROTOCOL, PRESENCE_KEY_PREFIX, peerIdOf } from "@skein/network-p2p/supernode";
import { createLibp2p } from "libp2p";
import { checkedAds } from "./ads.ts";
import type { Search } from "./seeker.ts";

/** A client of the DHT with kad-dht's own defaults (K 20, α 10), without our index. */
export interface PlainClient {
  find(user: string, device: string): Promise<Search & { readonly firstMs?: number; readonly requests: number }>;
  stop(): Promise<void>;
}

const GET_TIMEOUT_MS = 20_000;
const FULL_TABLE = 20;
const FILL_TIMEOUT_MS = 20_000;
const LOOK_EVERY_MS = 200;

/** Joins the DHT of these supernodes; resolves when its routing table is full, or after 20 s. */
export async function createPlainClient(ads: readonly string[]): Promise<PlainClient> {
  const node = await createLibp2p({
    transports: [webSockets()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      ping: ping(),
      dht: kadDHT({
        protocol: KAD_PROTOCOL,
        clientMode: true,
        peerInfoMapper: passthroughMapper,
        validators: {
          skein: async (_, value) => {
            const presence = verifyPresence(value, Date.now());
            if (!presence.ok) throw new RangeError(presence.reason);
          },
        },
        selectors: { skein: () => 0 },
      }),
    },
  });
  const dht = node.services.dht as SingleKadDHT;
  for (const { addresses, supernode } of checkedAds(ads))
    await node.dial(multiaddr(`${addresses[0]}/p2p/${peerIdOf(supernode)}`));
  const until = systemClock.now() + FILL_TIMEOUT_MS;
  while (dht.routingTable.size < FULL_TABLE && systemClock.now() < until) {
    await dht.refreshRoutingTable();
    await pause(systemClock, LOOK_EVERY_MS, new AbortController().signal);
  }
  return {
    async find(_, device) {
      const key = new TextEncoder().encode(PRESENCE_KEY_PREFIX + device);
      const startedAt = performance.now();
      let firstMs: number | undefined;
      let requests = 0;
      try {
        for await (const event of dht.get(key, { signal: AbortSignal.timeout(GET_TIMEOUT_MS) })) {
          if (event.name === "SEND_QUERY") requests += 1;
          if (event.name === "PEER_RESPONSE" && event.record !== undefined) firstMs ??= performance.now() - startedAt;
        }
      } catch {
        // It throws when a holder does not take a correction, though the value was found (libp2p.md §3).
      }
      const tookMs = performance.now() - startedAt;
      return { found: firstMs !== undefined, tookMs, requests, ...(firstMs === undefined ? {} : { firstMs }) };
    },
    stop: async () => node.stop(),
  };
}
