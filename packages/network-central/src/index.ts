/**
 * The network of the central mode: everything goes through one server, which is trusted to carry and never to say who is
 * who. Runs in browsers and Node 24.
 *
 * Main path: `central-network.ts` (start, reconnect, stop) → `link.ts` (WebSocket and login) → `dial-device.ts` and
 * `callers.ts` (the two ends of a dial) → `handshake.ts` (Noise, end to end) → `channel.ts` (messages over it).
 * Left out: the server (`apps/central`), its wire formats (`@skein/wire`), and media, which runs over its TURN relay.
 *
 * @module
 */
export {
  type CentralNetwork,
  type CentralNetworkDependencies,
  type CentralNetworkOptions,
  createCentralNetwork,
} from "./central-network.ts";
export type { ConnectWebSocket } from "./link.ts";
