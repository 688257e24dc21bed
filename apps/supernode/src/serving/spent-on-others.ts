import type { SupernodeStatus } from "@skein/network-p2p/supernode";

/** Bytes spent on others since the service began: each relayed packet of a call comes in and goes out. */
export function spentOnOthers({ turn }: SupernodeStatus): number {
  return turn === undefined ? 0 : 2 * (turn.bytesToPeers + turn.bytesToClients);
}
