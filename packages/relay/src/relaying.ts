import { type Allocation, channelByNumber, channelByPeer, permissionFor } from "./allocation.ts";
import { channelOf, channelPayload, encodeChannelData } from "./channel-data.ts";
import type { RelayOutput, RelayState } from "./relay-state.ts";
import { ATTRIBUTE, METHOD, TRANSACTION_BYTES } from "./specification.ts";
import { readXorAddress, xorAddressAttribute } from "./stun-attributes.ts";
import { encodeStun } from "./stun-encoding.ts";
import { attributeValue, type StunMessage } from "./stun-message.ts";
import { takeTokens } from "./token-bucket.ts";
import { type TransportAddress, transportAddress } from "./transport-address.ts";

/** Says whether an address is one this server listens on for clients. */
export function isListener(state: RelayState, address: TransportAddress): boolean {
  return address.port === state.options.listenPort && state.ownIps.has(address.ip);
}

/** ChannelData from a client: the way most packets take (RFC 8656 §12.6). */
export function channelDataFromClient(state: RelayState, from: Allocation, bytes: Buffer, now: number): RelayOutput[] {
  const channel = channelByNumber(from, channelOf(bytes), now);
  const payload = channelPayload(bytes);
  return channel === undefined || payload === undefined ? drop(state) : toPeer(state, from, channel.peer, payload, now);
}

/** A Send indication from a client (RFC 8656 §11.2). DONT-FRAGMENT cannot be obeyed, so it is dropped. */
export function sendFromClient(state: RelayState, from: Allocation, message: StunMessage, now: number): RelayOutput[] {
  const peerValue = attributeValue(message, ATTRIBUTE.xorPeerAddress);
  const payload = attributeValue(message, ATTRIBUTE.data);
  if (peerValue === undefined || payload === undefined) return drop(state);
  const peer = readXorAddress(peerValue);
  if (peer.kind !== "ipv4" || peer.address.port === 0) return drop(state);
  if (attributeValue(message, ATTRIBUTE.dontFragment) !== undefined) return drop(state);
  return toPeer(state, from, peer.address, payload, now);
}

/** A datagram that arrived on a relayed address (RFC 8656 §11.3). */
export function fromPeer(
  state: RelayState,
  to: Allocation,
  peer: TransportAddress,
  payload: Buffer,
  now: number,
): RelayOutput[] {
  if (to.expiresAt <= now || permissionFor(to, peer.ip, now) === undefined) return drop(state);
  if (!withinRate(state, to, payload, now)) return drop(state);
  state.counts.packetsToClients++;
  state.counts.bytesToClients += payload.length;
  const channel = channelByPeer(to, peer, now);
  const bytes =
    channel === undefined ? dataIndication(state, peer, payload) : encodeChannelData(channel.number, payload);
  return [{ kind: "send-to-client", to: to.owner.client, bytes }];
}

/** Every packet is checked against the permission, so that both directions end together when it does. */
function toPeer(
  state: RelayState,
  from: Allocation,
  peer: TransportAddress,
  payload: Buffer,
  now: number,
): RelayOutput[] {
  const permission = permissionFor(from, peer.ip, now);
  if (permission === undefined) return drop(state);
  const neighbour = peer.ip === state.options.relayedIp ? state.byPort.get(peer.port) : undefined;
  if (neighbour === undefined && (permission.reach !== "anywhere" || isListener(state, peer))) return drop(state);
  if (!withinRate(state, from, payload, now)) return drop(state);
  state.counts.packetsToPeers++;
  state.counts.bytesToPeers += payload.length;
  if (neighbour === undefined) return [{ kind: "send-to-peer", relay: from.relay, to: peer, bytes: payload }];
  // Handed over inside: works behind a NAT that does not send our own address back to us, and saves two system calls.
  return fromPeer(state, neighbour, transportAddress(state.options.relayedIp, from.port), payload, now);
}

function dataIndication(state: RelayState, peer: TransportAddress, payload: Buffer): Buffer {
  return encodeStun(
    {
      messageClass: "indication",
      method: METHOD.data,
      transaction: state.random.bytes(TRANSACTION_BYTES),
      attributes: [xorAddressAttribute(ATTRIBUTE.xorPeerAddress, peer), { type: ATTRIBUTE.data, value: payload }],
    },
    { fingerprint: "omit" },
  );
}

function withinRate(state: RelayState, allocation: Allocation, payload: Buffer, now: number): boolean {
  const rate = { perSecond: state.limits.relayedBytesPerSecond, burst: state.limits.relayedBurstBytes };
  return takeTokens(allocation.bucket, rate, payload.length, now);
}

function drop(state: RelayState): RelayOutput[] {
  state.counts.packetsDropped++;
  return [];
}
