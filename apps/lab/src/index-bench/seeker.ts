import { once } from "node:events";
import { connect } from "node:net";
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
  /** A bare trip to home and back: what a TCP connection takes to open, ms. `undefined` where there is no home to go to. */
  trip(): Promise<number | undefined>;
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
      return {
        found: found.some((presence) => presence.device === device),
        tookMs,
      };
    },
    trip: () => tripTo(network.vias()[0]?.addresses[0] ?? "").catch(() => undefined),
    stop: () => network.stop(),
  };
}

/** Time to open a TCP connection to an address like `/ip4/1.2.3.4/tcp/4001/ws`. */
async function tripTo(address: string): Promise<number> {
  const [, host, port] = /^\/ip4\/([\d.]+)\/tcp\/(\d+)/.exec(address) ?? [];
  const startedAt = performance.now();
  const socket = connect({ host, port: Number(port) });
  await once(socket, "connect");
  const tookMs = performance.now() - startedAt;
  socket.destroy();
  return tookMs;
}
