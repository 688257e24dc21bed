/**
 * A supernode: it makes leaves reachable, keeps the index of who is where, and helps calls through firewalls. Node only.
 *
 * Main path: `supernode.ts` (what it is made of) → `supernode-node.ts` (libp2p, with its defaults mended) →
 * `index-service.ts` (what leaves ask) → `presence-book.ts` and `record-validator.ts` (what is kept and believed) →
 * `index-store.ts` (the DHT). Left out: HTTP, configuration and logs (apps/supernode), and when to become one.
 *
 * @module
 */
export { createDialBack, type DialBack } from "./dial-back.ts";
export type { Announced } from "./outside-address.ts";
export { labPace, type Pace, productionPace } from "./pace.ts";
export type { Datastore } from "./record-sweep.ts";
export type { Service, ServicePhase } from "./service.ts";
export {
  createSupernode,
  type Supernode,
  type SupernodeDependencies,
  type SupernodeOptions,
  type SupernodeStatus,
} from "./supernode.ts";
export type { TurnOptions } from "./turn.ts";
