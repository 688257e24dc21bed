import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { importFaults, importSpecifiers, manifestFaults } from "./layers.ts";
import { projectFiles, root } from "./project-files.ts";

test("every import of every package and app keeps to the layer table", () => {
  const sources = projectFiles((path) => /^(packages|apps)\/.*\.(ts|tsx|mjs)$/.test(path));
  expect(sources.length).toBeGreaterThan(20);
  expect(sources.flatMap(importFaults)).toEqual([]);
});

test("every declared dependency keeps to the layer table", () => {
  const manifests = projectFiles((path) => /^(packages|apps)\/[^/]+\/package\.json$/.test(path));
  expect(manifests.length).toBeGreaterThan(10);
  expect(manifests.flatMap(manifestFaults)).toEqual([]);
});

test("imports are found in every form TypeScript has, and not in comments", () => {
  const source = `
import { a } from "one";
import type {
  B,
} from "two";
import "three";
export { c } from 'four';
const d = await import("five");
// import { e } from "six";
/* import "seven" */
const text = "see // here"; import f from "eight";
`;
  expect(importSpecifiers(source).toSorted()).toEqual(["eight", "five", "four", "one", "three", "two"]);
});

test.each([
  ["packages/messaging/src/outbox.ts", `import { Leaf } from "@skein/network-p2p";`],
  ["packages/calls/src/offer.ts", `import type { Leaf } from "@skein/network-central";`],
  ["packages/core/src/ids.ts", `export { encode } from "@skein/wire";`],
  ["packages/wire/src/chat.ts", `import { createHandClock } from "@skein/testkit";`],
  ["packages/wire/src/chat.test.ts", `import { place } from "@skein/messaging";`],
  ["packages/relay/src/driver.ts", `const wire = await import("@skein/wire/records");`],
  ["packages/wire/src/chat.ts", `import { now } from "../../core/src/clock.ts";`],
  ["packages/surprise/src/index.ts", ""],
  ["apps/web/src/main.ts", `import { serve } from "@skein/supernode";`],
])("a wrong import is reported: %s %s", (path, text) => {
  expect(importFaults({ path, text })).toHaveLength(1);
});

test.each([
  ["packages/messaging/src/outbox.ts", `import { seal } from "@skein/secure";`],
  ["packages/wire/src/chat.test.ts", `import { createHandClock } from "@skein/testkit";`],
  ["packages/wire/test/fuzz.test.ts", `import { encode } from "../src/codec.ts";`],
  ["apps/lab/src/main.ts", `import { serve } from "@skein/supernode";`],
])("a right import is not reported: %s %s", (path, text) => {
  expect(importFaults({ path, text })).toEqual([]);
});

test("a dependency above its layer is reported, and testkit only as a devDependency", () => {
  const manifest = (field: string, name: string): string => JSON.stringify({ [field]: { [name]: "workspace:*" } });
  const path = "packages/messaging/package.json";
  expect(manifestFaults({ path, text: manifest("dependencies", "@skein/network-p2p") })).toHaveLength(1);
  expect(manifestFaults({ path, text: manifest("devDependencies", "@skein/network-p2p") })).toHaveLength(1);
  expect(manifestFaults({ path, text: manifest("dependencies", "@skein/testkit") })).toHaveLength(1);
  expect(manifestFaults({ path, text: manifest("devDependencies", "@skein/testkit") })).toEqual([]);
});

const TOUCHES_THE_MACHINE = `
import { readFileSync } from "node:fs";
export const home: string = process.env.HOME ?? readFileSync("home", "utf8");
export const title: string = window.name + document.title;
`;

/** The names of the lint rules a source breaks when it stands at `path` of a project with our biome.json. */
function brokenLintRules(path: string, source: string): string[] {
  const project = mkdtempSync(join(tmpdir(), "skein-lint-"));
  onTestFinished(() => rmSync(project, { recursive: true }));
  for (const name of ["biome.json", ".gitignore"]) cpSync(join(root, name), join(project, name));
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), source);
  execFileSync("git", ["init", "-q"], { cwd: project });
  const biome = join(root, "node_modules", ".bin", "biome");
  try {
    execFileSync(biome, ["lint", "--colors=off", "."], { cwd: project, encoding: "utf8", stdio: "pipe" });
    return [];
  } catch (error) {
    const { stderr, stdout } = error as { stderr: string; stdout: string };
    return [...`${stdout}${stderr}`.matchAll(/lint\/\w+\/(\w+)/g)].map((match) => match[1] ?? "");
  }
}

test("lint refuses files, environment, window and document in a package, and allows them in an app and in testkit", () => {
  const broken = brokenLintRules("packages/wire/src/codec.ts", TOUCHES_THE_MACHINE);
  expect(new Set(broken)).toEqual(new Set(["noRestrictedImports", "noProcessEnv", "noRestrictedGlobals"]));
  expect(broken.filter((rule) => rule === "noRestrictedGlobals")).toHaveLength(3);
  expect(brokenLintRules("apps/central/src/main.ts", TOUCHES_THE_MACHINE)).toEqual([]);
  expect(brokenLintRules("packages/testkit/src/hosts.ts", TOUCHES_THE_MACHINE)).toEqual([]);
});
