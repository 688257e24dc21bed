import type { Connection, IdentifyResult, Libp2p } from "@libp2p/interface";
import { systemRandom } from "@skein/core";
import { createKeyPair, type KeyPair } from "@skein/identity";
import { dialable } from "../src/addresses.ts";
import { createLeafNode } from "../src/leaf-node.ts";
import { type Libp2pParts, type RelayReservations, reservationsOf } from "../src/libp2p-parts.ts";
import { privateKeyOf } from "../src/peer-id.ts";
import type { Supernode } from "../src/supernode/index.ts";

/** A libp2p node without our rules around it: what a hostile or broken peer could do. */
export interface RawLeaf {
  readonly node: Libp2p;
  readonly parts: Libp2pParts;
  readonly reservations: RelayReservations;
  readonly key: KeyPair;
  connect(supernode: Pick<Supernode, "id" | "addresses">): Promise<Connection>;
  /** Asks the peer at the other end who it is. */
  identify(connection: Connection): Promise<IdentifyResult>;
  stop(): Promise<void>;
}

/** Starts one; with a key, as that device. */
export async function startRawLeaf(key: KeyPair = createKeyPair(systemRandom)): Promise<RawLeaf> {
  const { node, parts } = await createLeafNode({
    privateKey: await privateKeyOf(key.seed),
    meter: undefined,
    iceServers: async () => [],
  });
  return {
    node,
    parts,
    key,
    reservations: reservationsOf(parts),
    async connect(supernode) {
      const [address] = dialable(supernode.id, supernode.addresses(), "any");
      if (address === undefined) throw new Error("the supernode has no address");
      return parts.transportManager.dial(address, { signal: AbortSignal.timeout(5_000) });
    },
    identify: (connection) => node.services.identify.identify(connection, { runOnLimitedConnection: true }),
    stop: async () => node.stop(),
  };
}
