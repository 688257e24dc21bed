/** Why the network could not do what was asked. Each code has one meaning in every mode. */
export type NetworkErrorCode =
  /** The network is not started, or was stopped while the call was under way. */
  | "stopped"
  /** No server or supernode could be reached. */
  | "offline"
  /** The peer is not known to be anywhere, or did not answer in time. */
  | "unreachable"
  /** The peer is there but does not listen for this protocol. */
  | "unsupported"
  /** The other end could not prove the key we asked for. */
  | "peer-mismatch"
  /** The other end, a server or a supernode, refused (quota, signature, policy). */
  | "refused"
  /** A message larger than the channel carries. */
  | "too-large"
  /** The channel is closed. */
  | "closed";

/** The one error type a `Network` throws, apart from an abort reason. */
export class NetworkError extends Error {
  readonly code: NetworkErrorCode;

  constructor(code: NetworkErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "NetworkError";
    this.code = code;
  }
}

/** Says whether a thrown value is a {@link NetworkError} with this code (any code when left out). */
export function isNetworkError(error: unknown, code?: NetworkErrorCode): error is NetworkError {
  return error instanceof NetworkError && (code === undefined || error.code === code);
}
