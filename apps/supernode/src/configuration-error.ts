/** The words on the command line, in the environment or in the file were wrong; the message is one line that says which and how. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}
