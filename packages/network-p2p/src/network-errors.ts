import { NetworkError, type NetworkErrorCode } from "@skein/core";

/** What libp2p calls it, and what it means to a caller of `Network`. Names are stable across copies of a class. */
const CODES: Readonly<Record<string, NetworkErrorCode>> = {
  UnsupportedProtocolError: "unsupported",
  UnexpectedPeerError: "peer-mismatch",
  InvalidCryptoExchangeError: "peer-mismatch",
  ConnectionDeniedError: "refused",
  DialDeniedError: "refused",
};

/** Makes any rejection a {@link NetworkError}. libp2p's WebRTC rejects with `Event`s at times; those count too. */
export function toNetworkError(thrown: unknown, otherwise: NetworkErrorCode = "unreachable"): NetworkError {
  if (thrown instanceof NetworkError) return thrown;
  const cause = causeOf(thrown);
  const code = isMismatch(cause) ? "peer-mismatch" : (CODES[cause.name] ?? otherwise);
  return new NetworkError(code, cause.message === "" ? cause.name : cause.message, { cause });
}

/** libp2p's upgrader keeps only the message of what Noise found. */
function isMismatch(cause: Error): boolean {
  return cause.name === "EncryptionFailedError" && /identity key|does not match/i.test(cause.message);
}

function causeOf(thrown: unknown): Error {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return causeOf(thrown.errors[0]);
  if (thrown instanceof Error) return thrown;
  if (thrown instanceof Event) {
    const inner = (thrown as Event & { readonly error?: unknown }).error;
    return inner instanceof Error ? inner : new Error(`the connection reported “${thrown.type}”`);
  }
  return new Error(String(thrown));
}
