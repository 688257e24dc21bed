import { type Mailbox, NetworkError } from "@skein/core";

/**
 * The mailbox of this network: there is none yet, so mail for one who is away waits at its sender. Every call rejects
 * `unsupported`, or `stopped` before the start.
 */
export function noMailbox(isStarted: () => boolean): Mailbox {
  const refuse = async (signal: AbortSignal): Promise<never> => {
    if (!isStarted()) throw new NetworkError("stopped", "the network is not started");
    signal.throwIfAborted();
    throw new NetworkError("unsupported", "supernodes keep no mail yet");
  };
  return {
    deposit: (_device, _sealed, signal) => refuse(signal),
    collect: refuse,
    acknowledge: (_ids, signal) => refuse(signal),
  };
}
