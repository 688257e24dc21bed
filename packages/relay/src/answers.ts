import { SOFTWARE } from "./defaults.ts";
import type { RelayOutput, RelayState } from "./relay-state.ts";
import { ATTRIBUTE, type ErrorCode } from "./specification.ts";
import { errorCodeAttribute, textAttribute } from "./stun-attributes.ts";
import { encodeStun } from "./stun-encoding.ts";
import type { StunAttribute, StunClass, StunMessage } from "./stun-message.ts";
import type { ClientAddress } from "./transport-address.ts";

/** A request whose sender is not proven, so its answer is metered and unsigned. */
export interface OpenRequest {
  readonly kind: "open";
  readonly from: ClientAddress;
  readonly message: StunMessage;
  readonly now: number;
}

/** A request whose MESSAGE-INTEGRITY held. */
export interface ProvenRequest {
  readonly kind: "proven";
  readonly from: ClientAddress;
  readonly message: StunMessage;
  readonly now: number;
  readonly username: string;
  /** The id inside the user name. */
  readonly id: string;
  readonly key: Buffer;
}

const SOFTWARE_ATTRIBUTE: StunAttribute = textAttribute(ATTRIBUTE.software, SOFTWARE);

/** A success, signed when the request was. Empty when an open request comes too often. */
export function succeed(
  state: RelayState,
  request: OpenRequest | ProvenRequest,
  attributes: readonly StunAttribute[],
): RelayOutput[] {
  return answer(state, request, "success", attributes);
}

/** An error, signed when the request was. Empty when an open request comes too often. */
export function refuse(
  state: RelayState,
  request: OpenRequest | ProvenRequest,
  code: ErrorCode,
  attributes: readonly StunAttribute[] = [],
): RelayOutput[] {
  state.counts.requestsRefused++;
  return answer(state, request, "error", [errorCodeAttribute(code), ...attributes]);
}

/** The bytes of a signed success, for answers that are kept or come later than their request. */
export function signedSuccess(
  method: number,
  transaction: Buffer,
  key: Buffer,
  attributes: readonly StunAttribute[],
): Buffer {
  const all = [...attributes, SOFTWARE_ATTRIBUTE];
  return encodeStun(
    { messageClass: "success", method, transaction, attributes: all },
    { integrityKey: key, fingerprint: "add" },
  );
}

function answer(
  state: RelayState,
  request: OpenRequest | ProvenRequest,
  messageClass: StunClass,
  attributes: readonly StunAttribute[],
): RelayOutput[] {
  if (request.kind === "open" && !state.openAnswers.allow(request.from.ip, request.now)) return [];
  const { method, transaction } = request.message;
  const bytes = encodeStun(
    { messageClass, method, transaction, attributes: [...attributes, SOFTWARE_ATTRIBUTE] },
    request.kind === "proven" ? { integrityKey: request.key, fingerprint: "add" } : { fingerprint: "add" },
  );
  return [{ kind: "send-to-client", to: request.from, bytes }];
}
