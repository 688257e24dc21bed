import type { Step } from "@skein/core";
import { allocate, relayFailed, relayOpened } from "./allocate.ts";
import { type OpenRequest, type ProvenRequest, refuse, succeed } from "./answers.ts";
import { authenticate } from "./authentication.ts";
import { isChannelData } from "./channel-data.ts";
import { expire } from "./expiry.ts";
import type { RelayInput, RelayOutput, RelayState } from "./relay-state.ts";
import { channelDataFromClient, fromPeer, sendFromClient } from "./relaying.ts";
import { ATTRIBUTE, COMPREHENSION_OPTIONAL_FROM, METHOD } from "./specification.ts";
import { unknownAttributesAttribute, xorAddressAttribute } from "./stun-attributes.ts";
import { parseStun, type StunMessage } from "./stun-message.ts";
import { type ClientAddress, clientKey } from "./transport-address.ts";
import { channelBind, createPermission, refresh } from "./upkeep.ts";

/**
 * Takes one input and says what to do. Never throws, whatever the bytes. The state returned is the one given, changed in
 * place: a relay handles ten thousand packets a second, and nobody else holds it. Rules: docs/spec/relay.md.
 */
export function step(state: RelayState, input: RelayInput): Step<RelayState, RelayOutput> {
  return { state, outputs: react(state, input) };
}

function react(state: RelayState, input: RelayInput): RelayOutput[] {
  switch (input.kind) {
    case "client-datagram":
      return fromClient(state, input.from, input.bytes, input.now);
    case "peer-datagram": {
      const allocation = state.byRelay.get(input.relay);
      return allocation === undefined ? [] : fromPeer(state, allocation, input.from, input.bytes, input.now);
    }
    case "relay-opened":
      return relayOpened(state, input.relay, input.port, input.now);
    case "relay-failed":
      return relayFailed(state, input.relay);
    case "tick":
      return expire(state, input.now);
  }
}

function fromClient(state: RelayState, from: ClientAddress, bytes: Buffer, now: number): RelayOutput[] {
  const allocation = state.allocations.get(clientKey(from));
  if (allocation !== undefined && allocation.expiresAt <= now) {
    // The wake-up is late; the client must not gain by it.
    const ended = expire(state, now);
    return [...ended, ...fromClient(state, from, bytes, now)];
  }
  if (isChannelData(bytes)) return allocation === undefined ? [] : channelDataFromClient(state, allocation, bytes, now);
  const parsed = parseStun(bytes);
  if (parsed.kind === "refused") return [];
  const { message } = parsed;
  if (message.messageClass === "request") return answerRequest(state, { kind: "open", from, message, now });
  if (message.messageClass !== "indication" || message.method !== METHOD.send || allocation === undefined) return [];
  return unknownTypes(message).length > 0 ? [] : sendFromClient(state, allocation, message, now);
}

function answerRequest(state: RelayState, request: OpenRequest): RelayOutput[] {
  const { message, from } = request;
  if (!REQUESTS.has(message.method)) return [];
  if (message.method === METHOD.binding)
    return (
      refuseUnknown(state, request) ?? succeed(state, request, [xorAddressAttribute(ATTRIBUTE.xorMappedAddress, from)])
    );
  const authentication = authenticate(state, request);
  if (authentication.kind === "refused") return authentication.outputs;
  const proven = authentication.request;
  return refuseUnknown(state, proven) ?? answerProven(state, proven);
}

function answerProven(state: RelayState, request: ProvenRequest): RelayOutput[] {
  const { message, from, now } = request;
  if (message.method === METHOD.allocate) return allocate(state, request);
  const allocation = state.allocations.get(clientKey(from));
  if (allocation === undefined) {
    const kept = state.keptAnswers.recall(from, message.transaction, now);
    return kept === undefined ? refuse(state, request, 437) : [{ kind: "send-to-client", to: from, bytes: kept }];
  }
  if (allocation.owner.username !== request.username) return refuse(state, request, 441);
  if (message.method === METHOD.refresh) return refresh(state, request, allocation);
  if (message.method === METHOD.createPermission) return createPermission(state, request, allocation);
  return channelBind(state, request, allocation);
}

function refuseUnknown(state: RelayState, request: OpenRequest | ProvenRequest): RelayOutput[] | undefined {
  const unknown = unknownTypes(request.message);
  return unknown.length === 0 ? undefined : refuse(state, request, 420, [unknownAttributesAttribute(unknown)]);
}

function unknownTypes(message: StunMessage): number[] {
  const types = message.attributes.map(({ type }) => type);
  return [...new Set(types)].filter((type) => type < COMPREHENSION_OPTIONAL_FROM && !KNOWN.has(type));
}

const REQUESTS: ReadonlySet<number> = new Set([
  METHOD.binding,
  METHOD.allocate,
  METHOD.refresh,
  METHOD.createPermission,
  METHOD.channelBind,
]);
const KNOWN: ReadonlySet<number> = new Set(Object.values(ATTRIBUTE));
