import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./project-files.ts";

/** `name@version` of every package a pnpm lock file holds. */
function lockedPackages(lock: string): string[] {
  const section = /^packages:\n([\s\S]*?)^(?=\S)/m.exec(`${lock}\nend:\n`)?.[1] ?? "";
  return [...section.matchAll(/^ {2}'?((?:@[^@'\s]+\/)?[^@'\s]+@[^:'\s]+)'?:$/gm)].map((match) => match[1] ?? "");
}

/** What is wrong with the locked packages, one sentence each. */
function lockFaults(locked: readonly string[]): string[] {
  const onlyOne = (what: string, pattern: RegExp): string[] => {
    const copies = locked.filter((name) => pattern.test(name));
    return copies.length === 1 ? [] : [`${copies.length} copies of ${what}: ${copies.join(", ")}`];
  };
  return [
    ...onlyOne("noise", /^@[^/]+\/(?:libp2p-)?noise@/),
    ...onlyOne("yamux", /^@[^/]+\/(?:libp2p-)?yamux@/),
    ...locked.filter((name) => name.includes("react-native")).map((name) => `${name} is not wanted`),
  ];
}

test("the lock file holds one noise, one yamux and no React Native", () => {
  const locked = lockedPackages(readFileSync(join(root, "pnpm-lock.yaml"), "utf8"));
  expect(locked.length).toBeGreaterThan(100);
  expect(lockFaults(locked)).toEqual([]);
});

const lock = (names: readonly string[]): string =>
  `lockfileVersion: '9.0'\n\npackages:\n\n${names.map((name) => `  '${name}':\n    resolution: {}\n\n`).join("")}snapshots:\n\n  '@a/noise@9':\n`;

test("a second noise or yamux under any name, none at all, and React Native are each reported", () => {
  const good = ["@chainsafe/libp2p-noise@17.0.0", "@libp2p/yamux@8.0.3", "libp2p@3.3.11"];
  const faultsOf = (names: readonly string[]): string[] => lockFaults(lockedPackages(lock(names)));
  expect(faultsOf(good)).toEqual([]);
  expect(faultsOf([...good, "@libp2p/noise@1.0.0"])).toHaveLength(1);
  expect(faultsOf([...good, "@chainsafe/libp2p-yamux@7.0.4"])).toHaveLength(1);
  expect(faultsOf([...good, "react-native-webrtc@124.0.6"])).toHaveLength(1);
  expect(faultsOf([])).toHaveLength(2);
});
