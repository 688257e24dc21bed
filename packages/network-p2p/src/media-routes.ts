import { type Clock, type IceServer, type Live, type MediaRoute, NetworkError } from "@skein/core";
import type { Answer } from "./index-client.ts";
import type { SupernodeLink } from "./supernode-link.ts";

/** Relay credentials from our supernodes. */
export interface MediaRoutes {
  /** For one call; `afterAnswer` as policy says. Rejects `offline` when no supernode gives any. */
  route(afterAnswer: MediaRoute["afterAnswer"], signal: AbortSignal): Promise<MediaRoute>;
  /** STUN only, for upgrades: data through TURN would be no more direct than the circuit relay. */
  stun(signal: AbortSignal): Promise<RTCIceServer[]>;
}

type TurnAnswer = Extract<Answer, { readonly kind: "turn" }>;

interface Held {
  readonly turn: TurnAnswer;
  readonly askedAt: number;
}

/** Asks home and one standby, and keeps what they gave until half of its time is over. */
export function createMediaRoutes(dependencies: {
  readonly clock: Clock;
  readonly links: Live<readonly SupernodeLink[]>;
}): MediaRoutes {
  const { clock, links } = dependencies;
  const held = new WeakMap<SupernodeLink, Held>();

  const credentialsOf = async (link: SupernodeLink, signal: AbortSignal): Promise<TurnAnswer | undefined> => {
    const before = held.get(link);
    const now = clock.now();
    if (before !== undefined && now < (before.askedAt + before.turn.expiresAt) / 2) return before.turn;
    const answer = await link.index.ask({ kind: "turn" }, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (answer?.kind !== "turn" || answer.expiresAt <= now) return undefined;
    held.set(link, { turn: answer, askedAt: now });
    return answer;
  };
  /** From the first two supernodes that have a relay, in our order. */
  const gather = async (signal: AbortSignal): Promise<readonly (readonly [SupernodeLink, TurnAnswer])[]> => {
    const all = await Promise.all(links.value.map(async (link) => [link, await credentialsOf(link, signal)] as const));
    return all.flatMap(([link, turn]) => (turn === undefined ? [] : [[link, turn] as const])).slice(0, 2);
  };

  return {
    async route(afterAnswer, signal) {
      const given = await gather(signal);
      if (given.length === 0) throw new NetworkError("offline", "no supernode offers to relay a call");
      const shown = afterAnswer === "all" ? "direct once it is answered, if a way is found" : "relayed to the end";
      return {
        iceServers: given.map(([, turn]) => iceServerOf(turn)),
        beforeAnswer: "relay",
        afterAnswer,
        expiresAt: Math.min(...given.map(([, turn]) => turn.expiresAt)),
        why: `relayed by ${given.length === 1 ? "a supernode" : "two supernodes"} while it rings, ${shown}`,
        relays: given.map(([link]) => link.supernode),
      };
    },
    async stun(signal) {
      const given = await gather(signal);
      return given.map(([, turn]) => ({ urls: stunUrls(turn) }));
    },
  };
}

/** One entry a supernode, in the order of `relays`: a call can then name the one that carries it. */
function iceServerOf(turn: TurnAnswer): IceServer {
  return { urls: [...stunUrls(turn), ...turn.urls], username: turn.username, credential: turn.credential };
}

/** A TURN server answers STUN on the same port (RFC 8656 §3). */
function stunUrls(turn: TurnAnswer): string[] {
  const hosts = turn.urls.flatMap((url) => /^turn:([^?]+)/.exec(url)?.[1] ?? []);
  return [...new Set(hosts)].map((host) => `stun:${host}`);
}
