import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./program.ts";

/** A small built page, as the bundler leaves it, in a folder that also holds what must not be served. */
export function builtPage(): string {
  const outside = temporaryFolder();
  const folder = join(outside, "dist");
  mkdirSync(join(folder, "assets"), { recursive: true });
  mkdirSync(join(folder, ".vite"));
  writeFileSync(join(outside, "device.key"), "secret");
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Skein</title>");
  writeFileSync(join(folder, "favicon.svg"), "<svg/>");
  writeFileSync(join(folder, "assets", "main-Ab12.js"), "export const far = 1;\n".repeat(200));
  writeFileSync(join(folder, ".vite", "manifest.json"), "{}");
  return folder;
}
