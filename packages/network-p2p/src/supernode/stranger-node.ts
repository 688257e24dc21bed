import { noise } from "@chainsafe/libp2p-noise";
import { generateKeyPair } from "@libp2p/crypto/keys";
import type { Connection } from "@libp2p/interface";
import { webRTCDirect } from "@libp2p/webrtc";
import { webSockets } from "@libp2p/websockets";
import { yamux } from "@libp2p/yamux";
import type { Multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { type DialPolicy, mayDial } from "../addresses.ts";
import { atMost } from "../at-most.ts";
import { exposeParts, type Libp2pParts } from "../libp2p-parts.ts";

/** A node with a key of its own that only dials: to whom it dials it is a stranger, so every dial is a new connection. */
export interface StrangerNode {
  dial(address: Multiaddr, signal: AbortSignal): Promise<Connection>;
  /** Never rejects. */
  stop(): Promise<void>;
}

/** Time libp2p gets to stop, ms. */
const STOP_TIMEOUT_MS = 3_000;

/** Makes one; the libp2p node behind it is started by the first dial. */
export function createStrangerNode(policy: DialPolicy): StrangerNode {
  let starting: Promise<{ readonly parts: Libp2pParts; stop(): Promise<void> }> | undefined;
  const start = async (): Promise<{ readonly parts: Libp2pParts; stop(): Promise<void> }> => {
    const node = await createLibp2p({
      privateKey: await generateKeyPair("Ed25519"),
      transports: [webSockets(), webRTCDirect({ rtcConfiguration: { iceServers: [] } })],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      connectionGater: { denyDialMultiaddr: (address) => !mayDial(address, policy) },
      connectionMonitor: { enabled: false },
      services: { parts: exposeParts },
    });
    return { parts: node.services.parts, stop: async () => node.stop() };
  };
  return {
    async dial(address, signal) {
      starting ??= start();
      const { parts } = await starting;
      return await parts.transportManager.dial(address, { signal });
    },
    async stop() {
      if (starting === undefined) return;
      await atMost(
        STOP_TIMEOUT_MS,
        starting.then((node) => node.stop()),
      );
    },
  };
}
