import { type OpenRequest, type ProvenRequest, refuse } from "./answers.ts";
import { passwordFor, readClaim } from "./credentials.ts";
import type { RelayOutput, RelayState } from "./relay-state.ts";
import { ATTRIBUTE, type ErrorCode, METHOD } from "./specification.ts";
import { textAttribute } from "./stun-attributes.ts";
import { attributeValue } from "./stun-message.ts";
import { integrityHolds, longTermKey } from "./stun-protection.ts";
import { clientKey } from "./transport-address.ts";

/** A request that is proven, or what to answer instead. */
export type Authentication =
  | { readonly kind: "proven"; readonly request: ProvenRequest }
  | { readonly kind: "refused"; readonly outputs: RelayOutput[] };

/** The server side of the long-term mechanism; the checks stand in the order of RFC 8489 §9.2.4. Rules TU8–TU13. */
export function authenticate(state: RelayState, request: OpenRequest): Authentication {
  const { message, from, now } = request;
  const { realm, secret } = state.options;
  if (message.integrityAt === undefined) return challenge(state, request, 401);

  const username = attributeValue(message, ATTRIBUTE.username)?.toString("utf8");
  // Only its presence counts: a key made with another realm than ours fails below.
  const saidRealm = attributeValue(message, ATTRIBUTE.realm);
  const nonce = attributeValue(message, ATTRIBUTE.nonce)?.toString("latin1");
  if (username === undefined || saidRealm === undefined || nonce === undefined)
    return { kind: "refused", outputs: refuse(state, request, 400) };

  const claim = readClaim(username);
  const graceMs = message.method === METHOD.allocate ? 0 : state.limits.credentialGraceMs;
  if (claim === undefined || claim.expiresAt + graceMs <= now) return challenge(state, request, 401);

  const owner = state.allocations.get(clientKey(from))?.owner;
  const key = owner?.username === username ? owner.key : longTermKey(username, realm, passwordFor(secret, username));
  if (!integrityHolds(message.bytes, message.integrityAt, key)) return challenge(state, request, 401);
  if (!state.nonces.accepts(nonce, from, now)) return challenge(state, request, 438);
  return { kind: "proven", request: { ...request, kind: "proven", username, id: claim.id, key } };
}

function challenge(state: RelayState, request: OpenRequest, code: ErrorCode): Authentication {
  const attributes = [
    textAttribute(ATTRIBUTE.realm, state.options.realm),
    textAttribute(ATTRIBUTE.nonce, state.nonces.issue(request.from, request.now)),
  ];
  return { kind: "refused", outputs: refuse(state, request, code, attributes) };
}
