import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { verifyNotice } from "@skein/election";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/program.ts";
import { readConfiguration } from "../configuration.ts";
import { readKey } from "../setting-texts.ts";
import { makeOperatorKey, showNoticeFile, signNoticeFile } from "./notice-command.ts";
import { keySettings, showSettings, signSettings } from "./notice-settings.ts";

const NOW = Date.UTC(2026, 10, 27);

function house() {
  const folder = temporaryFolder();
  const [key, out] = [join(folder, "key"), join(folder, "notice")];
  const make = () => makeOperatorKey(readConfiguration(keySettings, { flags: ["--key", key], environment: {} }));
  const sign = (...flags: string[]) =>
    signNoticeFile(
      readConfiguration(signSettings, { flags: ["--key", key, "--out", out, ...flags], environment: {} }),
      NOW,
    );
  const show = (...flags: string[]) =>
    showNoticeFile(readConfiguration(showSettings, { flags: ["--notice", out, ...flags], environment: {} }), NOW);
  return { key, out, make, sign, show };
}

test("[SU21] a key that was made signs a notice that holds with the key it printed", () => {
  const { key, out, make, sign, show } = house();
  const printed = make().at(-1)?.split(" ").at(-1) ?? "";
  expect(printed).toMatch(/^[0-9a-f]{64}$/);
  expect(statSync(key).mode & 0o777).toBe(0o600);
  sign("--sequence", "7", "--minimum-version", "0.2.0", "--proven", "skein-0.2.0,skein-0.2.1+a1", "--days", "10");
  const notice = verifyNotice(Uint8Array.from(readFileSync(out)), readKey(printed) as Uint8Array, NOW);
  expect(notice).toMatchObject({
    ok: true,
    value: {
      sequence: 7,
      minimumVersion: "0.2.0",
      provenBuilds: ["skein-0.2.0", "skein-0.2.1+a1"],
      revokedBuilds: [],
      election: "open",
      expiresAt: NOW + 10 * 86_400_000,
    },
  });
  expect(show("--operator-key", printed)).toContain("minimum version 0.2.0");
});

test("[SU21] a key is never overwritten, and a notice that cannot hold is not written", () => {
  const { key, out, make, sign, show } = house();
  make();
  const seed = readFileSync(key);
  expect(make).toThrow(/is there already/);
  expect(readFileSync(key)).toEqual(seed);
  expect(() => sign()).toThrow(/--sequence: is needed/);
  expect(() => sign("--sequence", "1", "--days", "91")).toThrow(/90 days/);
  expect(() => sign("--sequence", "1", "--proven", "mine")).toThrow(/"mine" is not a list of builds/);
  expect(() => show()).toThrow(/ENOENT/);
  writeFileSync(out, "nonsense");
  expect(() => show()).toThrow(/^notice: /);
  sign("--sequence", "1");
  expect(() => show("--operator-key", "00".repeat(32))).toThrow(/not signed by this operator key/);
});
