/** A failure whose message is written for the person at the terminal: printed without a stack. */
export class PlainError extends Error {
  /**
   * @param {string} message what went wrong and what to do
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.name = "PlainError";
    this.exitCode = exitCode;
  }
}
