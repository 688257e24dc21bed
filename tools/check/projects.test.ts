import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { projectFiles, root } from "./project-files.ts";

interface TypeProject {
  readonly references?: readonly { readonly path: string }[];
}

/** The folders a tsconfig refers to, as they stand there. */
function referencesOf(text: string): string[] {
  return ((JSON.parse(text) as TypeProject).references ?? []).map(({ path }) => path);
}

/** Folders that stand in `wanted` and not in `listed`. */
function missing(wanted: readonly string[], listed: readonly string[]): string[] {
  return wanted.filter((folder) => !listed.includes(folder));
}

const folders = projectFiles((path) => /^(packages|apps)\/[^/]+\/package\.json$/.test(path)).map(({ path }) =>
  path.replace("/package.json", ""),
);

test("every package and app is type-checked, and so are the tests and the tools", () => {
  const listed = referencesOf(readFileSync(join(root, "tsconfig.json"), "utf8"));
  expect(missing([...folders, "tools", "tsconfig.tests.json"], listed)).toEqual([]);
  const packages = folders.filter((folder) => folder.startsWith("packages/"));
  expect(missing(packages, referencesOf(readFileSync(join(root, "tsconfig.tests.json"), "utf8")))).toEqual([]);
});

test("every package's type projects refer to the packages it depends on", () => {
  const faults = folders.flatMap((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const wanted = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith("@skein/"));
    const projects = readdirSync(join(root, folder)).filter((name) => /^tsconfig.*\.json$/.test(name));
    const referred = projects.flatMap((name) => referencesOf(readFileSync(join(root, folder, name), "utf8")));
    const names = referred.map((path) => `@skein/${basename(path)}`);
    return missing(wanted, names).map((name) => `${folder}: no tsconfig refers to ${name}`);
  });
  expect(faults).toEqual([]);
});

test("a folder that is not listed is reported", () => {
  expect(missing(["packages/core", "packages/new"], ["packages/core"])).toEqual(["packages/new"]);
});
