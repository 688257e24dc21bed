import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../test/program.ts";
import { keptKey } from "./kept-key.ts";

test("[SU3] the key is made once, is the same ever after, and only its owner may read it", () => {
  const data = join(temporaryFolder(), "new", "data");
  const first = keptKey(data);
  expect(keptKey(data)).toEqual(first);
  expect(readdirSync(data)).toEqual(["device.key"]);
  expect(statSync(join(data, "device.key")).mode & 0o777).toBe(0o600);
  expect(statSync(data).mode & 0o777).toBe(0o700);
  expect(keptKey(temporaryFolder()).seed).not.toEqual(first.seed);
});

test("[SU3] a key that others may read is closed to them at the next start", () => {
  const data = temporaryFolder();
  keptKey(data);
  chmodSync(join(data, "device.key"), 0o644);
  keptKey(data);
  expect(statSync(join(data, "device.key")).mode & 0o777).toBe(0o600);
});

test("[SU3] a damaged key is refused and stays as it is: a new one would be another supernode", () => {
  const data = temporaryFolder();
  writeFileSync(join(data, "device.key"), Buffer.alloc(31));
  expect(() => keptKey(data)).toThrow(/device.key is damaged: 31 bytes instead of 32/);
  expect(statSync(join(data, "device.key")).size).toBe(31);
});

test("[SU3] a folder that cannot be used is a wrong setting", () => {
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  expect(() => keptKey(file)).toThrow(expect.objectContaining({ name: "ConfigurationError" }));
});
