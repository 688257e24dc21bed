/** Which built files the page loads before it shows anything: the entries and everything they import statically. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ file: string, isEntry?: boolean, imports?: string[] }} Chunk */

/**
 * The JavaScript files of the first load: the entries, the chunks named as `early` (which the page loads by `import()` in
 * any case), and everything these import statically. Other chunks come when they are asked for and do not count.
 *
 * @param {Record<string, Chunk>} manifest vite's manifest
 * @param {string[]} early source paths in the manifest
 * @returns {string[]} paths inside the folder of the build, each once
 */
export function firstLoad(manifest, early = []) {
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
  for (const entry of [...entries, ...early]) visit(entry);
  return [...seen].filter((file) => file.endsWith(".js"));
}

/**
 * The same for a build on disk.
 *
 * @param {string} distDir
 * @param {string[]} early
 */
export function firstLoadOf(distDir, early) {
  const manifest = JSON.parse(readFileSync(join(distDir, ".vite", "manifest.json"), "utf8"));
  return firstLoad(manifest, early).map((file) => join(distDir, file));
}
