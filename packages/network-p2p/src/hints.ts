import type { Connection } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import type { Clock } from "@skein/core";
import { type DialPolicy, dialable, parseAddress, targetOf } from "./addresses.ts";
import { connectTo } from "./connect.ts";
import { INDEX_REQUEST_TIMEOUT_MS, SUPERNODE_DIAL_TIMEOUT_MS } from "./defaults.ts";
import type { HostCache } from "./host-cache.ts";
import { openIndexClient } from "./index-client.ts";
import { dropConnection } from "./supernode-link.ts";

/** Hints followed at once; a contact card has at most two. */
const MAX_HINTS = 4;

/**
 * Asks the supernodes at bare addresses (multiaddr text with `/p2p/`, as contact cards carry) for signed ads, its own
 * among them. An address alone proves nothing and is never kept. Resolves with whether there was news; never rejects.
 */
export async function followHints(
  addresses: readonly string[],
  options: { readonly policy: DialPolicy },
  dependencies: {
    readonly cache: HostCache;
    readonly clock: Clock;
    readonly dial: (address: Multiaddr, signal: AbortSignal) => Promise<Connection>;
  },
): Promise<boolean> {
  const { cache, clock, dial } = dependencies;
  const follow = async (text: string): Promise<boolean> => {
    const address = parseAddress(text);
    const supernode = address === undefined ? undefined : targetOf(address);
    if (supernode === undefined || cache.ads.some((ad) => ad.supernode === supernode)) return false;
    const signal = AbortSignal.timeout(SUPERNODE_DIAL_TIMEOUT_MS + INDEX_REQUEST_TIMEOUT_MS);
    const ways = dialable(supernode, [text], options.policy);
    const connection = await connectTo(ways, { clock, dial }, { signal, timeoutMs: SUPERNODE_DIAL_TIMEOUT_MS });
    try {
      const index = await openIndexClient(connection, { onPush: () => {}, onEnd: () => {} }, signal);
      const answer = await index.ask({ kind: "neighbours" }, signal);
      return answer.kind === "ads" && answer.ads.filter((ad) => cache.learn(ad)).length > 0;
    } finally {
      dropConnection(connection);
    }
  };
  const news = await Promise.all(addresses.slice(0, MAX_HINTS).map((text) => follow(text).catch(() => false)));
  return news.includes(true);
}
