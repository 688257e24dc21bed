import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { ConfigurationError } from "./configuration-error.ts";
import { oneLine } from "./one-line.ts";

/** Certificate (with its chain) and key as PEM text. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Reads the two files; nothing when neither is set. Throws `ConfigurationError` for one alone, or when they do not fit. */
export function readTlsFiles(values: {
  readonly "tls-cert": string | undefined;
  readonly "tls-key": string | undefined;
}): TlsFiles | undefined {
  const { "tls-cert": certificatePath, "tls-key": keyPath } = values;
  if (certificatePath === undefined && keyPath === undefined) return undefined;
  if (certificatePath === undefined || keyPath === undefined)
    throw new ConfigurationError("--tls-cert and --tls-key go together: one of them is missing");
  try {
    const files = { certificate: readFileSync(certificatePath, "utf8"), key: readFileSync(keyPath, "utf8") };
    createSecureContext({ cert: files.certificate, key: files.key });
    return files;
  } catch (error) {
    throw new ConfigurationError(`--tls-cert, --tls-key: ${oneLine(error)}`, { cause: error });
  }
}
