/**
 * What tests of every package share: contract suites for the ports of `@skein/core`, a network in memory with faults at
 * hand, a clock moved by hand, chance that can be played again.
 *
 * Main path: `contract-world.ts` (what a fixture gives) → `network-contract.ts` (the rules; channel, directory and
 * mailbox beside it) → `memory-world.ts` (the network in memory) → `hand-clock.ts` → `seeded-random.ts`.
 * Left out: WebRTC, and links that lose or reorder datagrams: a channel is reliable, so its faults are delay, partition,
 * crash, slow reader and cut.
 *
 * @module
 */
export { type Arrivals, arrivingChannels, createArrivals, type Reader, readChannel } from "./arrivals.ts";
export { channelContract } from "./channel-contract.ts";
export type { ContractOptions, Skip } from "./contract.ts";
export { type ContractMember, type ContractWorld, createContractAccount } from "./contract-world.ts";
export { directoryContract } from "./directory-contract.ts";
export { createHandClock, type HandClock } from "./hand-clock.ts";
export { mailboxContract } from "./mailbox-contract.ts";
export type { VerifyPresence } from "./memory-index.ts";
export {
  createMemoryWorld,
  type MemoryWorld,
  type MemoryWorldDependencies,
  type MemoryWorldOptions,
} from "./memory-world.ts";
export { alice, idOf, incomingOf, messageOf, messageStoreContract, person } from "./message-store-contract.ts";
export { networkContract } from "./network-contract.ts";
export { createSeededRandom, type SeededRandom, seedFromEnvironment } from "./seeded-random.ts";
