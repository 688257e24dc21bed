import { NetworkError, type NetworkStatus } from "@skein/core";

/** Throws the abort reason, `stopped` or `offline` when a network in this state cannot do what it is asked. */
export function requireOnline(status: NetworkStatus, signal: AbortSignal): void {
  signal.throwIfAborted();
  if (status.kind === "joining") throw new NetworkError("offline", "the network is not connected just now");
  if (status.kind !== "online") throw new NetworkError("stopped", "the network is not started");
}
