import type { Allocation, PendingAllocation, RelayId } from "./allocation.ts";
import { type ProvenRequest, refuse, signedSuccess } from "./answers.ts";
import { wakeBy } from "./expiry.ts";
import { askedLifetime } from "./lifetime.ts";
import type { RelayOutput, RelayState } from "./relay-state.ts";
import { relayedAddressRefusal } from "./relayed-address.ts";
import { ATTRIBUTE, DEFAULT_LIFETIME_MS, type ErrorCode, FAMILY_IPV6, METHOD, PROTOCOL_UDP } from "./specification.ts";
import {
  addressErrorAttribute,
  errorCodeAttribute,
  uint32Attribute,
  unknownAttributesAttribute,
  xorAddressAttribute,
} from "./stun-attributes.ts";
import { encodeStun } from "./stun-encoding.ts";
import { attributeValue } from "./stun-message.ts";
import { createTokenBucket } from "./token-bucket.ts";
import { clientKey, transportAddress } from "./transport-address.ts";

/** Answers an Allocate request, or has a relay socket opened first. The checks stand in the order of RFC 8656 §7.2. */
export function allocate(state: RelayState, request: ProvenRequest): RelayOutput[] {
  const { from, message, now } = request;
  const key = clientKey(from);
  const kept = state.keptAnswers.recall(from, message.transaction, now);
  if (kept !== undefined) return [{ kind: "send-to-client", to: from, bytes: kept }];
  const pending = state.pending.get(key);
  if (pending?.transaction.equals(message.transaction)) return [];

  if (pending !== undefined || state.allocations.has(key)) return refuse(state, request, 437);
  const transport = attributeValue(message, ATTRIBUTE.requestedTransport);
  if (transport?.length !== 4) return refuse(state, request, 400);
  if (transport.readUInt8(0) !== PROTOCOL_UDP) return refuse(state, request, 442);
  if (attributeValue(message, ATTRIBUTE.dontFragment) !== undefined)
    return refuse(state, request, 420, [unknownAttributesAttribute([ATTRIBUTE.dontFragment])]);
  const code = relayedAddressRefusal(message) ?? quotaRefusal(state, request);
  if (code !== undefined) return refuse(state, request, code);
  const life = askedLifetime(message, state.limits);
  if (life.kind === "malformed") return refuse(state, request, 400);

  const relay = state.nextRelay++;
  state.pending.set(key, {
    relay,
    owner: { client: from, username: request.username, id: request.id, key: request.key },
    transaction: Buffer.from(message.transaction),
    // A fresh allocation cannot be deleted: LIFETIME 0 gets the default, as any life below it does.
    lifetimeMs: life.kind === "keep" ? life.lifetimeMs : DEFAULT_LIFETIME_MS,
    extraFamily: attributeValue(message, ATTRIBUTE.additionalAddressFamily) === undefined ? "none" : "ipv6",
  });
  return [
    { kind: "open-relay", relay, port: attributeValue(message, ATTRIBUTE.evenPort) === undefined ? "any" : "even" },
  ];
}

/** Makes the allocation whose socket is open now and answers the client. */
export function relayOpened(state: RelayState, relay: RelayId, port: number, now: number): RelayOutput[] {
  const pending = takePending(state, relay);
  if (pending === undefined) return [{ kind: "close-relay", relay }];
  const { owner } = pending;
  const rate = { perSecond: state.limits.relayedBytesPerSecond, burst: state.limits.relayedBurstBytes };
  const allocation: Allocation = {
    relay,
    owner,
    port,
    expiresAt: now + pending.lifetimeMs,
    permissions: new Map(),
    channels: new Map(),
    channelsByPeer: new Map(),
    bucket: createTokenBucket(rate, now),
  };
  state.allocations.set(clientKey(owner.client), allocation);
  state.byRelay.set(relay, allocation);
  state.byPort.set(port, allocation);
  const answer = signedSuccess(METHOD.allocate, pending.transaction, owner.key, [
    xorAddressAttribute(ATTRIBUTE.xorRelayedAddress, transportAddress(state.options.relayedIp, port)),
    uint32Attribute(ATTRIBUTE.lifetime, pending.lifetimeMs / 1000),
    xorAddressAttribute(ATTRIBUTE.xorMappedAddress, owner.client),
    ...(pending.extraFamily === "ipv6" ? [addressErrorAttribute(440, FAMILY_IPV6)] : []),
  ]);
  state.keptAnswers.keep(owner.client, pending.transaction, answer, now);
  return [{ kind: "send-to-client", to: owner.client, bytes: answer }, ...wakeBy(state, allocation.expiresAt)];
}

/** Tells the client that no socket could be had (508). */
export function relayFailed(state: RelayState, relay: RelayId): RelayOutput[] {
  const pending = takePending(state, relay);
  if (pending === undefined) return [];
  state.counts.requestsRefused++;
  const bytes = encodeStun(
    {
      messageClass: "error",
      method: METHOD.allocate,
      transaction: pending.transaction,
      attributes: [errorCodeAttribute(508)],
    },
    { integrityKey: pending.owner.key, fingerprint: "add" },
  );
  return [{ kind: "send-to-client", to: pending.owner.client, bytes }];
}

function quotaRefusal(state: RelayState, request: ProvenRequest): ErrorCode | undefined {
  let sameId = 0;
  let sameAddress = 0;
  const count = ({ owner }: Allocation | PendingAllocation): void => {
    if (owner.id === request.id) sameId++;
    if (owner.client.ip === request.from.ip) sameAddress++;
  };
  state.allocations.forEach(count);
  state.pending.forEach(count);
  const { limits } = state;
  if (sameId >= limits.maxAllocationsPerId || sameAddress >= limits.maxAllocationsPerAddress) return 486;
  return state.allocations.size + state.pending.size >= limits.maxAllocations ? 508 : undefined;
}

function takePending(state: RelayState, relay: RelayId): PendingAllocation | undefined {
  for (const [key, pending] of state.pending) {
    if (pending.relay !== relay) continue;
    state.pending.delete(key);
    return pending;
  }
  return undefined;
}
