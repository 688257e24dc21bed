/**
 * A supernode: it makes leaves reachable, keeps the index of who is where, and helps calls through firewalls. Node only.
 *
 * Main path: `supernode.ts` (what it is made of) → `supernode-node.ts` (libp2p, with its defaults mended) →
 * `index-service.ts` (what leaves ask) → `presence-book.ts` and `record-validator.ts` (what is kept and believed) →
 * `index-store.ts` (the DHT). When it becomes one: `election-driver.ts` (runs the machine of `@skein/election`) → `service.ts`
 * (what it turns on and off) → `dial-back.ts`, `hearsay.ts`, `notice-board.ts` (what it hears).
 * Left out: HTTP, configuration, logs and measuring the machine (apps/supernode).
 *
 * @module
 */

export { peerIdOf } from "../peer-id.ts";
export { KAD_PROTOCOL, PRESENCE_KEY_PREFIX } from "../specification.ts";
export { declaredReachability } from "./declared-probe.ts";
export type { DialBack } from "./dial-back.ts";
export {
  type ElectionDriver,
  type ElectionStore,
  type ElectionView,
  startElection,
  wouldServe,
} from "./election-driver.ts";
export { createNoticeBoard, type KeptNotice, type NoticeBoard, type NoticeStore } from "./notice-board.ts";
export type { Announced } from "./outside-address.ts";
export { labPace, type Pace, productionPace } from "./pace.ts";
export type { ReachabilityProbe } from "./reachability-probe.ts";
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
