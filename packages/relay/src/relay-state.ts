import type { Random } from "@skein/core";
import type { Allocation, PendingAllocation, RelayId, WantedPort } from "./allocation.ts";
import { DEFAULT_LIMITS, type RelayLimits } from "./defaults.ts";
import { createKeptAnswers, type KeptAnswers } from "./kept-answers.ts";
import { createNonces, type Nonces } from "./nonce.ts";
import { createOpenAnswers, type OpenAnswers } from "./open-answers.ts";
import { createPeerRules, type PeerPolicy, type PeerReach } from "./peer-policy.ts";
import type { ClientAddress, TransportAddress } from "./transport-address.ts";

/** What the machine is told once. */
export interface RelayMachineOptions {
  /** Sent to clients; part of the key. */
  readonly realm: string;
  /** Shared with whoever mints credentials. */
  readonly secret: string;
  /** The IP address shown in XOR-RELAYED-ADDRESS, as a number. */
  readonly relayedIp: number;
  /** Other IP addresses of this machine. */
  readonly otherIps: readonly number[];
  /** The port clients speak to; never a peer. */
  readonly listenPort: number;
  readonly peers: PeerPolicy;
  /** Overrides of {@link DEFAULT_LIMITS}. */
  readonly limits: Partial<RelayLimits>;
}

/** What happens to the machine; `now` in ms. */
export type RelayInput =
  | { readonly kind: "client-datagram"; readonly from: ClientAddress; readonly bytes: Buffer; readonly now: number }
  | {
      readonly kind: "peer-datagram";
      readonly relay: RelayId;
      readonly from: TransportAddress;
      readonly bytes: Buffer;
      readonly now: number;
    }
  | { readonly kind: "relay-opened"; readonly relay: RelayId; readonly port: number; readonly now: number }
  | { readonly kind: "relay-failed"; readonly relay: RelayId; readonly now: number }
  | { readonly kind: "tick"; readonly now: number };

/** What the driver must do. */
export type RelayOutput =
  | { readonly kind: "send-to-client"; readonly to: ClientAddress; readonly bytes: Buffer }
  | { readonly kind: "send-to-peer"; readonly relay: RelayId; readonly to: TransportAddress; readonly bytes: Buffer }
  /** Bind a socket, then say `relay-opened` or `relay-failed`, exactly once. */
  | { readonly kind: "open-relay"; readonly relay: RelayId; readonly port: WantedPort }
  | { readonly kind: "close-relay"; readonly relay: RelayId }
  /** Say `tick` at or after this time; replaces an earlier wish. */
  | { readonly kind: "wake"; readonly at: number };

/** Counts since the start; only ever rise. */
export interface RelayCounts {
  packetsToPeers: number;
  bytesToPeers: number;
  packetsToClients: number;
  bytesToClients: number;
  /** Payload not relayed: no permission, no channel, or over the rate. */
  packetsDropped: number;
  /** Requests answered with an error, the first 401 of every client included. */
  requestsRefused: number;
}

/** All the machine knows. Mutable for speed; owned by `step`, which alone may change it. */
export interface RelayState {
  readonly options: RelayMachineOptions;
  readonly limits: RelayLimits;
  readonly random: Random;
  readonly nonces: Nonces;
  readonly openAnswers: OpenAnswers;
  readonly keptAnswers: KeptAnswers;
  readonly reachOf: (ip: number) => PeerReach;
  readonly ownIps: ReadonlySet<number>;
  /** By `clientKey`. */
  readonly allocations: Map<number, Allocation>;
  readonly pending: Map<number, PendingAllocation>;
  /** The same allocations by relay and by relayed port. */
  readonly byRelay: Map<RelayId, Allocation>;
  readonly byPort: Map<number, Allocation>;
  nextRelay: RelayId;
  /** When the driver was last asked to wake us; infinity when not. */
  wakeAt: number;
  readonly counts: RelayCounts;
}

/** Makes a machine without allocations. `random` gives the nonce key now, and transaction ids of Data indications later. */
export function createRelayState(options: RelayMachineOptions, dependencies: { readonly random: Random }): RelayState {
  const limits: RelayLimits = { ...DEFAULT_LIMITS, ...options.limits };
  return {
    options,
    limits,
    random: dependencies.random,
    nonces: createNonces(dependencies.random.bytes(32), limits.nonceLifetimeMs),
    openAnswers: createOpenAnswers(limits),
    keptAnswers: createKeptAnswers(),
    reachOf: createPeerRules(options.peers, options),
    ownIps: new Set([options.relayedIp, ...options.otherIps]),
    allocations: new Map(),
    pending: new Map(),
    byRelay: new Map(),
    byPort: new Map(),
    nextRelay: 1,
    wakeAt: Number.POSITIVE_INFINITY,
    counts: {
      packetsToPeers: 0,
      bytesToPeers: 0,
      packetsToClients: 0,
      bytesToClients: 0,
      packetsDropped: 0,
      requestsRefused: 0,
    },
  };
}
