import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { systemRandom } from "@skein/core";
import { signNotice, type VersionNotice } from "@skein/election";
import { createKeyPair, type KeyPair, keyPairFromSeed, openRecord } from "@skein/identity";
import { MAX_VERSION_NOTICE_BYTES, versionNoticePayload } from "@skein/wire";
import type { Values } from "../configuration.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { oneLine } from "../one-line.ts";
import type { keySettings, showSettings, signSettings } from "./notice-settings.ts";

const DAY_MS = 24 * 3_600_000;

/** Makes the key of a network's operator. Gives the lines to print; throws `ConfigurationError` when the file is there. */
export function makeOperatorKey({ key: path }: Values<typeof keySettings>): readonly string[] {
  if (existsSync(path)) throw new ConfigurationError(`--key ${path}: is there already`);
  const pair = createKeyPair(systemRandom);
  attempt(`--key ${path}`, () => {
    writeFileSync(path, pair.seed, { mode: 0o600, flag: "wx", flush: true });
    chmodSync(path, 0o600);
  });
  return [`secret key in ${path}: keep it off the network`, `operator key ${hexOf(pair.publicKey)}`];
}

/** Signs a notice and writes it to a file. Gives the lines to print; throws `ConfigurationError` for what makes no notice. */
export function signNoticeFile(values: Values<typeof signSettings>, now: number): readonly string[] {
  const { days, election, key, out, proven, revoked, sequence, "minimum-version": minimumVersion } = values;
  if (sequence === undefined)
    throw new ConfigurationError("--sequence: is needed, higher than that of every notice before");
  const content = { sequence, issuedAt: now, expiresAt: now + days * DAY_MS, minimumVersion, election };
  const bytes = attempt("notice", () =>
    signNotice({ ...content, provenBuilds: [...proven], revokedBuilds: [...revoked] }, readOperatorKey(key)),
  );
  attempt(`--out ${out}`, () => writeFileSync(out, bytes));
  return [`written to ${out}`, ...describe(bytes, now)];
}

/** Shows what a notice says. Gives the lines to print; throws `ConfigurationError` when it is none, or not this operator's. */
export function showNoticeFile(values: Values<typeof showSettings>, now: number): readonly string[] {
  const { notice: path, "operator-key": operatorKey } = values;
  const bytes = attempt(`--notice ${path}`, () => Uint8Array.from(readFileSync(path)));
  const lines = describe(bytes, now, operatorKey);
  if (lines.length === 0) throw new ConfigurationError(`--notice ${path}: not signed by this operator key`);
  return lines;
}

/** A notice in words; none when it is not this operator's. */
function describe(bytes: Uint8Array, now: number, operatorKey?: Uint8Array): readonly string[] {
  const record = openRecord("version-notice", versionNoticePayload, bytes, MAX_VERSION_NOTICE_BYTES);
  if (!record.ok) throw new ConfigurationError(`notice: ${record.reason}`);
  const { key, payload } = record.value;
  if (operatorKey !== undefined && Buffer.compare(key, operatorKey) !== 0) return [];
  return [`signed by ${hexOf(key)}`, ...sayNotice(payload, now)];
}

/** What a notice says, one line a field. */
function sayNotice(notice: Omit<VersionNotice, "bytes">, now: number): readonly string[] {
  const { election, expiresAt, issuedAt, minimumVersion, provenBuilds, revokedBuilds, sequence } = notice;
  return [
    `sequence ${sequence}`,
    `election ${election}`,
    `minimum version ${minimumVersion}`,
    `proven builds ${provenBuilds.join(", ") || "none"}`,
    `revoked builds ${revokedBuilds.join(", ") || "none"}`,
    `issued ${new Date(issuedAt).toISOString()}`,
    `${expiresAt > now ? "expires" : "EXPIRED"} ${new Date(expiresAt).toISOString()}`,
  ];
}

function readOperatorKey(path: string): KeyPair {
  const seed = attempt(`--key ${path}`, () => readFileSync(path));
  if (seed.byteLength !== 32) throw new ConfigurationError(`--key ${path}: ${seed.byteLength} bytes instead of 32`);
  return keyPairFromSeed(Uint8Array.from(seed));
}

function attempt<T>(where: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof ConfigurationError ? error : new ConfigurationError(`${where}: ${oneLine(error)}`);
  }
}

/** In hex: a key in base64url may begin like a flag. */
function hexOf(key: Uint8Array): string {
  return Buffer.from(key).toString("hex");
}
