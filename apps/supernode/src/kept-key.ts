import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemRandom } from "@skein/core";
import { createKeyPair, type KeyPair, keyPairFromSeed } from "@skein/identity";
import { ConfigurationError } from "./configuration.ts";

/** The daemon's key: made at the first start, kept in `<data>/device.key` (32 bytes, mode 0600), the same ever after. */
export function keptKey(dataDirectory: string): KeyPair {
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const path = join(dataDirectory, "device.key");
  if (existsSync(path)) {
    const seed = readFileSync(path);
    if (seed.byteLength !== 32)
      throw new ConfigurationError(`${path} is damaged: ${seed.byteLength} bytes instead of 32`);
    chmodSync(path, 0o600);
    return keyPairFromSeed(Uint8Array.from(seed));
  }
  const pair = createKeyPair(systemRandom);
  const draft = `${path}.new`;
  writeFileSync(draft, pair.seed, { mode: 0o600 });
  renameSync(draft, path);
  return pair;
}
