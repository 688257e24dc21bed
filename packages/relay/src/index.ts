/**
 * A STUN and TURN server over UDP: passes calls through firewalls, and nothing else through itself.
 *
 * Main path: `relay.ts` (sockets and time) → `relay-machine.ts` (what to do with a packet) → `authentication.ts` and
 * `allocate.ts` (who may have a relayed address) → `relaying.ts` (packets through it). Rules: docs/spec/relay.md.
 * Left out: TCP, TLS and IPv6; minting policy (callers decide who gets a credential).
 *
 * @module
 */
export { type CallCredentials, type CallRelay, PRIVATE_NETWORKS, startCallRelay } from "./call-relay.ts";
export { type CredentialRequest, mintCredential, type TurnCredential } from "./credentials.ts";
export { DEFAULT_LIMITS, DEFAULT_RELAY_PORTS, type RelayLimits } from "./defaults.ts";
export type { PeerPolicy } from "./peer-policy.ts";
export { type Relay, type RelayDependencies, type RelayOptions, type RelayStats, startRelay } from "./relay.ts";
export type { RelayPorts } from "./relay-socket.ts";
