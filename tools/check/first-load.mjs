/** Which built files the page loads before it shows anything: the entries and everything they import statically. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ file: string, isEntry?: boolean, imports?: string[] }} Chunk */

/**
 * The JavaScript files of the first load. Chunks reached only by `import()` come later and do not count.
 *
 * @param {Record<string, Chunk>} manifest vite's manifest
 * @returns {string[]} paths inside the folder of the build, each once
 */
export function firstLoad(manifest) {
  const entries = Object.keys(manifest).filter((name) => manifest[name]?.isEntry);
  if (entries.length === 0) throw new Error("the manifest names no entry");
  /** @type {Set<string>} */
  const seen = new Set();
  /** @param {string} name */
  const visit = (name) => {
    const chunk = manifest[name];
    if (!chunk) throw new Error(`the manifest names no ${name}`);
    if (seen.has(chunk.file)) return;
    seen.add(chunk.file);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  for (const entry of entries) visit(entry);
  return [...seen].filter((file) => file.endsWith(".js"));
}

/**
 * The same for a build on disk.
 *
 * @param {string} distDir
 */
export function firstLoadOf(distDir) {
  const manifest = JSON.parse(readFileSync(join(distDir, ".vite", "manifest.json"), "utf8"));
  return firstLoad(manifest).map((file) => join(distDir, file));
}
