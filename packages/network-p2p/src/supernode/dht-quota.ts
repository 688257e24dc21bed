import type { PeerId } from "@libp2p/interface";
import type { DhtRpc } from "./libp2p-insides.ts";
import { MAX_PENDING_DHT_WRITES } from "./limits.ts";
import type { Refusals } from "./refusals.ts";

/** What a supernode answers in the DHT. Providers are nothing to us, and kad-dht would keep any number of them. */
const SERVED: ReadonlySet<string> = new Set(["GET_VALUE", "PUT_VALUE", "FIND_NODE", "PING"]);

/**
 * Puts quotas before the requests of a DHT: kinds we do not serve are refused, writes by `mayWrite`, and beyond a number
 * that are under way. A refused request resets its stream.
 */
export function limitDht(
  rpc: DhtRpc,
  dependencies: { readonly mayWrite: (peer: PeerId) => boolean; readonly refusals: Refusals },
): void {
  const { mayWrite, refusals } = dependencies;
  const handle = rpc.handleMessage.bind(rpc);
  let writing = 0;
  rpc.handleMessage = async (peer, message) => {
    if (!SERVED.has(message.type)) {
      refusals.count("dht-kind");
      throw new RangeError(`not served: ${message.type}`);
    }
    if (message.type !== "PUT_VALUE") return handle(peer, message);
    if (!mayWrite(peer)) throw new RangeError("too many writes");
    if (writing >= MAX_PENDING_DHT_WRITES) {
      refusals.count("dht-pending");
      throw new RangeError("too many writes are under way");
    }
    writing += 1;
    try {
      return await handle(peer, message);
    } finally {
      writing -= 1;
    }
  };
}
