#!/usr/bin/env node
/**
 * `skein`: runs a supernode, hosts the page, or is a peer without one.
 *
 * Main path: `command-line.ts` → `configuration.ts` (flags, environment, file) → `supernode-daemon.ts` or `page-daemon.ts` →
 * `http.ts`, `page-host.ts` → `lifecycle.ts` (signals, graceful stop). What a supernode does is
 * `@skein/network-p2p/supernode`; what a peer does begins in `peer/peer-daemon.ts`.
 *
 * @module
 */
import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";
import process from "node:process";

const WRITE_CACHE_AFTER_MS = 5_000;

// Compiling takes most of a start. The cache is the user's own: in a shared folder others could put code there.
const { HOME, XDG_CACHE_HOME } = process.env;
const folder = XDG_CACHE_HOME ?? (HOME === undefined ? undefined : join(HOME, ".cache"));
if (folder !== undefined) {
  enableCompileCache(join(folder, "skein", "compiled"));
  // Written soon, not at the end: a program that is killed has started all the same.
  setTimeout(flushCompileCache, WRITE_CACHE_AFTER_MS).unref();
}
const { runCommandLine } = await import("./command-line.ts");
await runCommandLine(process.argv.slice(2));
