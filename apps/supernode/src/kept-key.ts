import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemRandom } from "@skein/core";
import { createKeyPair, type KeyPair, keyPairFromSeed } from "@skein/identity";
import { ConfigurationError } from "./configuration-error.ts";
import { oneLine } from "./one-line.ts";

/**
 * The daemon's key: made at the first start, kept in `<data>/device.key` (32 bytes, mode 0600), the same ever after. Throws
 * `ConfigurationError` when the folder cannot be used or the file is damaged: a new key would be another supernode.
 */
export function keptKey(dataDirectory: string): KeyPair {
  const path = join(dataDirectory, "device.key");
  try {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    if (!existsSync(path)) return makeKey(path);
    chmodSync(path, 0o600);
    const seed = readFileSync(path);
    if (seed.byteLength === 32) return keyPairFromSeed(Uint8Array.from(seed));
    throw new Error(`${path} is damaged: ${seed.byteLength} bytes instead of 32`);
  } catch (error) {
    throw new ConfigurationError(`--data ${dataDirectory}: ${oneLine(error)}`, { cause: error });
  }
}

/** Written beside and renamed, so that a crash in between leaves no half of a key. */
function makeKey(path: string): KeyPair {
  const pair = createKeyPair(systemRandom);
  const draft = `${path}.new`;
  writeFileSync(draft, pair.seed, { mode: 0o600, flush: true });
  renameSync(draft, path);
  return pair;
}
