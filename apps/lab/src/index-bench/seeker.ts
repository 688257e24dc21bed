import { performance } from "node:perf_hooks";
import type { UserId } from "@skein/core";
import { checkedAds } from "./ads.ts";
import { startLeaf } from "./leaf.ts";

/** What one search came to. */
export interface Search {
  readonly found: boolean;
  readonly tookMs: number;
}

/** The one who looks for people. */
export interface Seeker {
  find(user: UserId, device: string): Promise<Search>;
  stop(): Promise<void>;
}

const FIND_TIMEOUT_MS = 10_000;

/** A leaf as the product makes it, online with warm supernodes. */
export async function createSeeker(ads: readonly string[]): Promise<Seeker> {
  const { network } = await startLeaf(checkedAds(ads));
  return {
    async find(user, device) {
      const startedAt = performance.now();
      const found = await network.directory.find(user, AbortSignal.timeout(FIND_TIMEOUT_MS));
      const tookMs = performance.now() - startedAt;
      return { found: found.some((presence) => presence.device === device), tookMs };
    },
    stop: () => network.stop(),
  };
}
