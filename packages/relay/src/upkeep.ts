import { type Allocation, bindChannel, permissionsFit, permit } from "./allocation.ts";
import { type ProvenRequest, refuse, signedSuccess, succeed } from "./answers.ts";
import { isBindableChannel } from "./channel-data.ts";
import { endAllocation, wakeBy } from "./expiry.ts";
import { askedLifetime } from "./lifetime.ts";
import type { RelayOutput, RelayState } from "./relay-state.ts";
import { isListener } from "./relaying.ts";
import { ATTRIBUTE, FAMILY_IPV4, METHOD } from "./specification.ts";
import { type ReadAddress, readChannelNumber, readXorAddress, uint32Attribute } from "./stun-attributes.ts";
import { attributeValue } from "./stun-message.ts";

/** Answers a Refresh: a new life, or the end when LIFETIME is 0 (RFC 8656 §8.2). */
export function refresh(state: RelayState, request: ProvenRequest, allocation: Allocation): RelayOutput[] {
  const { message, now } = request;
  const family = attributeValue(message, ATTRIBUTE.requestedAddressFamily);
  if (family !== undefined && (family.length !== 4 || family.readUInt8(0) !== FAMILY_IPV4))
    return refuse(state, request, family.length === 4 ? 443 : 400);
  const life = askedLifetime(message, state.limits);
  switch (life.kind) {
    case "malformed":
      return refuse(state, request, 400);
    case "delete": {
      const bytes = signedSuccess(METHOD.refresh, message.transaction, request.key, [
        uint32Attribute(ATTRIBUTE.lifetime, 0),
      ]);
      // Repeated after a lost answer, this request would find no allocation; so its answer is kept.
      state.keptAnswers.keep(request.from, message.transaction, bytes, now);
      return [{ kind: "send-to-client", to: request.from, bytes }, ...endAllocation(state, allocation)];
    }
    case "keep":
      allocation.expiresAt = now + life.lifetimeMs;
      return [
        ...succeed(state, request, [uint32Attribute(ATTRIBUTE.lifetime, life.lifetimeMs / 1000)]),
        ...wakeBy(state, allocation.expiresAt),
      ];
  }
}

/** Answers CreatePermission: all peers named get a permission, or none (RFC 8656 §10.2). */
export function createPermission(state: RelayState, request: ProvenRequest, allocation: Allocation): RelayOutput[] {
  const peers = request.message.attributes
    .filter(({ type }) => type === ATTRIBUTE.xorPeerAddress)
    .map(({ value }) => readXorAddress(value));
  if (peers.length === 0 || peers.some(({ kind }) => kind === "malformed")) return refuse(state, request, 400);
  if (peers.some(({ kind }) => kind === "ipv6")) return refuse(state, request, 443);
  const ips = peers.flatMap((peer) => (peer.kind === "ipv4" ? [peer.address.ip] : []));
  if (ips.some((ip) => state.reachOf(ip) === "forbidden")) return refuse(state, request, 403);
  if (!permissionsFit(allocation, ips, state.limits.maxPermissions, request.now)) return refuse(state, request, 508);
  for (const ip of ips) permit(allocation, ip, state.reachOf(ip), request.now);
  return succeed(state, request, []);
}

/** Answers ChannelBind: binds or renews a channel, and the permission with it (RFC 8656 §12.2). */
export function channelBind(state: RelayState, request: ProvenRequest, allocation: Allocation): RelayOutput[] {
  const { message, now } = request;
  const numberValue = attributeValue(message, ATTRIBUTE.channelNumber);
  const peerValue = attributeValue(message, ATTRIBUTE.xorPeerAddress);
  const number = numberValue === undefined ? undefined : readChannelNumber(numberValue);
  const peer: ReadAddress = peerValue === undefined ? { kind: "malformed" } : readXorAddress(peerValue);
  if (number === undefined || !isBindableChannel(number) || peer.kind === "malformed")
    return refuse(state, request, 400);
  if (peer.kind === "ipv6") return refuse(state, request, 443);
  const { address } = peer;
  if (address.port === 0) return refuse(state, request, 400);
  const reach = state.reachOf(address.ip);
  if (reach === "forbidden" || isListener(state, address)) return refuse(state, request, 403);
  if (reach === "relays-only" && !state.byPort.has(address.port)) return refuse(state, request, 403);
  if (!permissionsFit(allocation, [address.ip], state.limits.maxPermissions, now)) return refuse(state, request, 508);
  switch (bindChannel(allocation, number, address, state.limits.maxChannels, now)) {
    case "conflict":
      return refuse(state, request, 400);
    case "full":
      return refuse(state, request, 508);
    case "bound":
      permit(allocation, address.ip, reach, now);
      return succeed(state, request, []);
  }
}
