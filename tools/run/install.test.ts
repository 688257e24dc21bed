import { delimiter } from "node:path";
import { expect, test } from "vitest";
import { findOnPath } from "./browsers.mjs";
import { explainInstallFailure, installNeeded } from "./install.mjs";

test("an install is needed on a fresh clone, after the lock file changed, and where the pinned Node is missing", () => {
  expect(installNeeded({ stamp: undefined, lockDigest: "a", pinnedNode: false })).toBe(true);
  expect(installNeeded({ stamp: "a", lockDigest: "b", pinnedNode: true })).toBe(true);
  expect(installNeeded({ stamp: "a", lockDigest: "a", pinnedNode: false })).toBe(true);
  expect(installNeeded({ stamp: "a", lockDigest: "a", pinnedNode: true })).toBe(false);
});

test("a failed install is explained in plain words, also one of an unknown kind", () => {
  expect(explainInstallFailure("ERR_PNPM_OUTDATED_LOCKFILE  Cannot install")).toContain("pnpm-lock.yaml");
  expect(explainInstallFailure("request failed, reason: getaddrinfo ENOTFOUND")).toContain("could not be reached");
  expect(explainInstallFailure("boom")).toContain("could not be installed");
});

test("a browser is looked for by name first, then along the PATH", () => {
  const path = ["/a", "", "/b"].join(delimiter);
  const programs = new Set(["/b/chromium", "/a/google-chrome"]);
  expect(findOnPath(["chromium", "google-chrome"], path, (file) => programs.has(file))).toBe("/b/chromium");
  expect(findOnPath(["firefox"], path, (file) => programs.has(file))).toBeUndefined();
});
