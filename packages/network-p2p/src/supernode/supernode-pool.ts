import type { Connection, Libp2p } from "@libp2p/interface";
import { type DeviceId, isNetworkError, NetworkError, type Report } from "@skein/core";
import { type DialPolicy, dialable } from "../addresses.ts";
import { type Answer, type IndexClient, openIndexClient, type Push, type Question } from "../index-client.ts";
import { MAX_POOLED_SUPERNODES } from "./limits.ts";
import type { Roster } from "./roster.ts";

/** A supernode whose index stream is open. */
export interface Neighbour {
  readonly supernode: DeviceId;
  readonly connection: Connection;
  readonly index: IndexClient;
}

/** Index streams to other supernodes: opened when needed, kept, bounded; a failure makes the roster suspect that one. */
export interface SupernodePool {
  /** Those with an open stream, the longest unused first. */
  readonly connected: readonly Neighbour[];
  isOpen(supernode: DeviceId): boolean;
  /** Requests sent since the start. */
  readonly asked: number;
  /** Opens a stream unless there is one. Rejects when that fails. */
  open(supernode: DeviceId): Promise<IndexClient>;
  /** Gives one up: it does not answer. */
  drop(supernode: DeviceId): void;
  /** Asks, opening a stream first where needed. Rejects as {@link IndexClient.ask}. */
  ask(supernode: DeviceId, question: Question): Promise<Answer>;
  stop(): void;
}

/** What it needs. */
export interface PoolDependencies {
  readonly node: Pick<Libp2p, "dial">;
  readonly roster: Roster;
  readonly report: Report;
  /** What we tell first on a new stream; `undefined` while we serve nobody. */
  readonly ownAd: () => Uint8Array | undefined;
  readonly onPush: (from: DeviceId, push: Push) => void;
  readonly onLost: (supernode: DeviceId) => void;
}

/** Makes an empty pool. */
export function createSupernodePool(
  options: { readonly policy: DialPolicy; readonly max?: number },
  dependencies: PoolDependencies,
): SupernodePool {
  const { max = MAX_POOLED_SUPERNODES, policy } = options;
  const { node, report, roster } = dependencies;
  const neighbours = new Map<DeviceId, Neighbour>();
  const opening = new Map<DeviceId, Promise<IndexClient>>();
  const stopping = new AbortController();
  let asked = 0;

  const connect = async (supernode: DeviceId): Promise<IndexClient> => {
    const ad = roster.adOf(supernode);
    const addresses = ad === undefined ? [] : dialable(supernode, ad.addresses, policy);
    if (addresses.length === 0) throw new NetworkError("unreachable", "the supernode has no address we may dial");
    const signal = AbortSignal.any([stopping.signal, AbortSignal.timeout(DIAL_TIMEOUT_MS)]);
    const connection: Connection = await node.dial(addresses, { signal });
    const onEnd = (reason: NetworkError): void => lose(supernode, index, reason.message);
    const onPush = (push: Push): void => dependencies.onPush(supernode, push);
    const index: IndexClient = await openIndexClient(connection, { onPush, onEnd }, signal);
    const ownAd = dependencies.ownAd();
    // Told first, so that it knows us as a supernode when it hears the next question.
    if (ownAd !== undefined) await index.ask({ kind: "announce", ad: ownAd }, signal);
    const neighbour = { supernode, connection, index };
    neighbours.set(supernode, neighbour);
    roster.met(supernode);
    report({ name: "net.supernode.connected", supernode });
    makeRoom();
    return index;
  };
  const lose = (supernode: DeviceId, index: IndexClient, reason: string): void => {
    if (neighbours.get(supernode)?.index !== index) return;
    neighbours.delete(supernode);
    roster.lost(supernode);
    report({ name: "net.supernode.lost", supernode, reason });
    dependencies.onLost(supernode);
  };
  const makeRoom = (): void => {
    for (const [supernode, { index }] of neighbours) {
      if (neighbours.size <= max) return;
      neighbours.delete(supernode);
      roster.released(supernode);
      // It never rejects.
      void index.close();
    }
  };
  const drop = (supernode: DeviceId): void => {
    const neighbour = neighbours.get(supernode);
    if (neighbour === undefined) return;
    lose(supernode, neighbour.index, "it does not answer");
    void neighbour.index.close();
  };
  const open = (supernode: DeviceId): Promise<IndexClient> => {
    const present = neighbours.get(supernode);
    if (present !== undefined) {
      // Used last, closed last.
      neighbours.delete(supernode);
      neighbours.set(supernode, present);
      return Promise.resolve(present.index);
    }
    const running = opening.get(supernode);
    if (running !== undefined) return running;
    const fresh = connect(supernode).finally(() => opening.delete(supernode));
    opening.set(supernode, fresh);
    fresh.catch(() => roster.failed(supernode));
    return fresh;
  };

  return {
    get connected() {
      return [...neighbours.values()];
    },
    isOpen: (supernode) => neighbours.has(supernode),
    get asked() {
      return asked;
    },
    open,
    drop,
    async ask(supernode, question) {
      const index = await open(supernode);
      asked += 1;
      try {
        return await index.ask(question, stopping.signal);
      } catch (error) {
        // Silent for the whole time a request may take: it is as good as gone.
        if (isNetworkError(error, "offline") && neighbours.get(supernode)?.index === index) drop(supernode);
        throw error;
      }
    },
    stop: () => stopping.abort(new NetworkError("stopped", "the supernode stops")),
  };
}

/** Longest a supernode may take to be connected, ms. */
const DIAL_TIMEOUT_MS = 10_000;
