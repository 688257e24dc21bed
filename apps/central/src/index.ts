/**
 * The central server: devices log in by key, and it carries presence, mail, pipes and relay credentials between them. It is
 * never asked who is who; the client half checks everything (`@skein/network-central`).
 *
 * Main path: `main.ts` (flags, signals) → `server.ts` and `acceptor.ts` (HTTP and WebSocket) → `connection.ts` (one device, from challenge to
 * end) → `requests.ts` (what it asks) → `directory.ts`, `mailbox-store.ts`, `pipes.ts` (what is kept and carried).
 * Left out: the TURN relay itself (`@skein/relay`).
 *
 * @module
 */
export { type CentralLimits, DEFAULT_LIMITS } from "./limits.ts";
export type { RelayService } from "./relay-service.ts";
export {
  type CentralServer,
  type CentralServerDependencies,
  type CentralServerOptions,
  startCentralServer,
} from "./server.ts";
