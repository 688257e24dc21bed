/** Why a message was not taken. Each code has one meaning. */
export type MessagingErrorCode =
  /** Nothing but white space. */
  | "empty"
  /** Longer than `MAX_TEXT_LENGTH` of `@skein/wire`. */
  | "too-long"
  /** The recipient is not an accepted contact; accept their request or add their card first. */
  | "not-a-contact"
  /** The recipient is blocked here. */
  | "blocked"
  /** As many messages as may wait for one person already wait. */
  | "outbox-full"
  /** The store could not keep it; `cause` says why. */
  | "storage"
  /** `start` was not called, or `stop` was. */
  | "stopped";

/** The one error type messaging throws. Its message is a sentence for a person; what they typed is not lost by it. */
export class MessagingError extends Error {
  readonly code: MessagingErrorCode;

  constructor(code: MessagingErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "MessagingError";
    this.code = code;
  }
}

/** Says whether a thrown value is a {@link MessagingError} with this code (any code when left out). */
export function isMessagingError(error: unknown, code?: MessagingErrorCode): error is MessagingError {
  return error instanceof MessagingError && (code === undefined || error.code === code);
}
