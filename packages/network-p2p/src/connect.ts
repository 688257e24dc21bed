import type { Connection } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { type Clock, NetworkError, pause } from "@skein/core";
import { HEDGE_AFTER_MS } from "./defaults.ts";
import { toNetworkError } from "./network-errors.ts";

/**
 * Runs tries one after the other, the next one as soon as the last failed or was silent for a while; the first success
 * wins, and `discard` gets the later ones. Rejects with the last failure, or the abort reason. As RFC 8305.
 */
export async function firstOf<T>(
  tries: readonly ((signal: AbortSignal) => Promise<T>)[],
  dependencies: { readonly clock: Clock; readonly discard: (late: T) => void },
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const settled = new AbortController();
  const all = AbortSignal.any([signal, settled.signal]);
  const winner = Promise.withResolvers<T>();
  let won = false;
  let lastFailure: unknown = new NetworkError("unreachable", "there is no way to try");

  const run = async (attempt: (signal: AbortSignal) => Promise<T>): Promise<void> => {
    try {
      const value = await attempt(all);
      if (won) dependencies.discard(value);
      won = true;
      winner.resolve(value);
    } catch (error) {
      lastFailure = error;
    }
  };
  const runAll = async (): Promise<void> => {
    const running: Promise<void>[] = [];
    for (const attempt of tries) {
      if (won || all.aborted) break;
      const one = run(attempt);
      running.push(one);
      await Promise.race([one, pause(dependencies.clock, HEDGE_AFTER_MS, all).catch(() => {})]);
    }
    await Promise.all(running);
    if (!won) winner.reject(signal.aborted ? signal.reason : toNetworkError(lastFailure));
  };
  runAll().catch(winner.reject);
  try {
    return await winner.promise;
  } finally {
    settled.abort(new NetworkError("closed", "another way was faster"));
  }
}

/** Dials the addresses of one peer, hedged. `dial` opens exactly the address it is given. */
export function connectTo(
  addresses: readonly Multiaddr[],
  dependencies: {
    readonly clock: Clock;
    readonly dial: (address: Multiaddr, signal: AbortSignal) => Promise<Connection>;
  },
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<Connection> {
  const discard = (late: Connection): void => {
    late.close().catch(() => late.abort(new Error("another address was faster")));
  };
  return firstOf(
    addresses.map((address) => (signal: AbortSignal) => dependencies.dial(address, signal)),
    { clock: dependencies.clock, discard },
    AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
  );
}
