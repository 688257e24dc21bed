import type { SupernodeStatus } from "@skein/network-p2p/supernode";

/**
 * Bytes spent on others, both directions: what is relayed comes in and goes out, and questions are about as long as their
 * answers. `undefined` while it serves nobody: what it sends then is for itself.
 */
export function spentOnOthers({ bytesSent, service, turn }: SupernodeStatus): number | undefined {
  if (service === "idle") return undefined;
  return 2 * (bytesSent + (turn === undefined ? 0 : turn.bytesToPeers + turn.bytesToClients));
}
