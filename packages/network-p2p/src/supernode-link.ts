import type { Connection } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { type Clock, type DeviceId, isNetworkError, type LiveSource, NetworkError } from "@skein/core";
import { type SupernodeAd, verifyAd } from "@skein/identity";
import { INDEX_PROTOCOL, INDEX_PROTOCOL_1 } from "@skein/wire";
import { type DialPolicy, dialable } from "./addresses.ts";
import { connectTo } from "./connect.ts";
import { RESERVATION_TIMEOUT_MS, RTT_SAMPLES, SUPERNODE_DIAL_TIMEOUT_MS } from "./defaults.ts";
import {
  type Answer,
  type IndexClient,
  openIndexClient,
  type Push,
  type Question,
  SupernodeRefusal,
} from "./index-client.ts";
import type { RelayReservations } from "./libp2p-parts.ts";
import { toNetworkError } from "./network-errors.ts";
import { peerIdOf } from "./peer-id.ts";
import { socketFirst } from "./socket-first.ts";

/** A supernode that serves us: connection, reservation and index stream are all there. */
export interface SupernodeLink {
  readonly supernode: DeviceId;
  /** Its ad when the link was opened. */
  readonly ad: SupernodeAd;
  readonly connection: Connection;
  readonly index: IndexClient;
  /** Round trip, ms: the least of the last few. */
  readonly rttMs: number;
  /** When something was last heard of it, or asked of it by `check`, ms. */
  readonly lookedAt: number;
  /** Tells it whether it is our home. Never rejects; what it says no to is told by the link's end. */
  tellHome(home: "yes" | "no"): Promise<void>;
  /** Asks for a sign of life. Rejects when none comes. */
  check(): Promise<void>;
  /** Ends it; `onLost` is not called for this. Never rejects. */
  close(): Promise<void>;
}

/** The supernodes that serve us, home first: written by the one who keeps them, read by all. */
export type LinkSource = LiveSource<readonly SupernodeLink[]>;

/** What a link is built with. */
export interface LinkDependencies {
  readonly clock: Clock;
  readonly dial: (address: Multiaddr, signal: AbortSignal) => Promise<Connection>;
  readonly reservations: RelayReservations;
}

type IndexVersion = typeof INDEX_PROTOCOL | typeof INDEX_PROTOCOL_1;

interface Entry {
  readonly index: IndexClient;
  readonly ad: SupernodeAd;
}

/** Who hears of a link. */
export interface LinkHandlers {
  readonly onPush: (push: Push) => void;
  /** It sent supernode ads, its own among them. */
  readonly onAds: (ads: readonly Uint8Array[]) => void;
  /** Once, when any part of the link went away by itself, and why. */
  readonly onLost: (reason: string) => void;
}

/**
 * Connects to a supernode, then at the same time reserves a relay slot and opens the index. Rejects `unreachable`, or
 * `refused` (a `SupernodeRefusal` where it said more) when it does not take us. An expired ad is a place to ask: the link
 * then stands on the fresh one that the supernode gives.
 */
export async function openSupernodeLink(
  target: { readonly ad: SupernodeAd; readonly policy: DialPolicy; readonly otherwise: "webrtc" | "nothing" },
  handlers: LinkHandlers,
  dependencies: LinkDependencies,
  signal: AbortSignal,
): Promise<SupernodeLink> {
  const { policy } = target;
  const { clock, dial, reservations } = dependencies;
  const { supernode } = target.ad;
  const addresses = dialable(supernode, target.ad.addresses, policy);
  const ways = { signal, timeoutMs: SUPERNODE_DIAL_TIMEOUT_MS };
  const connection = await socketFirst(addresses, target.otherwise, (each) => connectTo(each, { clock, dial }, ways));
  let state: "open" | "over" = "open";
  let lookedAt = clock.now();
  let rtts: readonly number[] = [];
  const lost = (reason: string): void => {
    if (state === "over") return;
    state = "over";
    dropConnection(connection);
    handlers.onLost(reason);
  };
  const timed = async (index: IndexClient, question: Question): Promise<Answer> => {
    const askedAt = clock.now();
    const answer = await index.ask(question, signal);
    rtts = [...rtts, clock.now() - askedAt].slice(-RTT_SAMPLES);
    if (answer.kind === "ads") handlers.onAds(answer.ads);
    return answer;
  };
  const join = async (index: IndexClient, home: "yes" | "no"): Promise<void> => {
    if (index.version === 1) await timed(index, { kind: "neighbours" });
    else await timed(index, { kind: "join", as: "leaf", home, candidate: "no" });
  };
  const check = async (index: IndexClient): Promise<void> => {
    lookedAt = clock.now();
    await timed(index, index.version === 1 ? { kind: "neighbours" } : { kind: "here" });
  };
  /** Whoever has no room names others on the way out: they may be the only ones that have. */
  const joinOrLearn = async (index: IndexClient): Promise<void> => {
    try {
      await join(index, "no");
    } catch (error) {
      if (error instanceof SupernodeRefusal && error.reason === "full")
        await timed(index, { kind: "neighbours" }).catch(() => {});
      throw error;
    }
  };
  const enterBy = async (version: IndexVersion, limit: AbortSignal): Promise<Entry> => {
    const index: IndexClient = await openIndexClient(
      connection,
      {
        onPush: handlers.onPush,
        onEnd: (reason) => reason.code !== "unsupported" && lost(reason.message),
        onHeard: () => {
          lookedAt = clock.now();
        },
        onLeaving: handlers.onAds,
      },
      limit,
      [version],
    );
    const [ad] = await Promise.all([freshAd(target.ad, index, clock.now(), limit), joinOrLearn(index)]);
    return { index, ad };
  };
  /** As if it spoke 2, which nearly all do: that saves a round trip. */
  const enter = async (limit: AbortSignal): Promise<Entry> => {
    try {
      return await enterBy(INDEX_PROTOCOL, limit);
    } catch (error) {
      if (!isNetworkError(error, "unsupported")) throw error;
      return await enterBy(INDEX_PROTOCOL_1, limit);
    }
  };
  try {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(RESERVATION_TIMEOUT_MS)]);
    const reserve = Promise.race([reservations.addRelay(peerIdOf(supernode), "configured"), aborted(limit)]);
    const [entered, reserved] = await Promise.allSettled([enter(limit), reserve]);
    // What the index says is the fuller answer of the two.
    if (entered.status === "rejected") throw entered.reason;
    if (reserved.status === "rejected") throw reserved.reason;
    if (connection.status !== "open") throw new NetworkError("unreachable", "the supernode went away at once");
    connection.addEventListener("close", ({ error }) => lost(error?.message ?? "the connection closed"));
    const { ad, index } = entered.value;
    return {
      supernode,
      ad,
      connection,
      index,
      get rttMs() {
        return Math.min(...rtts);
      },
      get lookedAt() {
        return lookedAt;
      },
      tellHome: (home) => (index.version === 1 ? Promise.resolve() : join(index, home).catch(() => {})),
      check: () => check(index),
      async close() {
        if (state === "over") return;
        state = "over";
        await connection.close().catch(() => dropConnection(connection));
      },
    };
  } catch (error) {
    state = "over";
    dropConnection(connection);
    throw toNetworkError(error);
  }
}

/** The ad itself while it holds; else what the supernode says of itself now. Rejects when that does not hold either. */
async function freshAd(ad: SupernodeAd, index: IndexClient, now: number, signal: AbortSignal): Promise<SupernodeAd> {
  if (ad.expiresAt > now) return ad;
  const answer = await index.ask({ kind: "neighbours" }, signal);
  for (const bytes of answer.kind === "ads" ? answer.ads : []) {
    const fresh = verifyAd(bytes, now);
    if (fresh.ok && fresh.value.supernode === ad.supernode) return fresh.value;
  }
  throw new NetworkError("refused", "the supernode gives no ad of its own any more");
}

/** Ends a connection without waiting. */
export function dropConnection(connection: Connection): void {
  connection.abort(new NetworkError("closed", "no longer wanted"));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
