/** Building the page, only when something it is made of is newer than what was built. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root, runQuietly } from "./command.mjs";
import { PlainError } from "./plain-error.mjs";

const WEB = join(root, "apps", "web");
const BUILT = join(WEB, "dist", "index.html");
const NOT_SOURCES = new Set(["node_modules", "dist", "e2e", "test"]);

/**
 * The time of the newest file at or below a path; 0 where there is none.
 *
 * @param {string} path
 * @returns {number}
 */
function newestMs(path) {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  const names = readdirSync(path).filter((name) => !NOT_SOURCES.has(name));
  return Math.max(0, ...names.map((name) => newestMs(join(path, name))));
}

/** Builds the page unless it is up to date. Returns whether it stands. */
export async function buildPage() {
  const sources = [WEB, join(root, "packages"), join(root, "patches"), join(root, "pnpm-lock.yaml")];
  if (existsSync(BUILT) && statSync(BUILT).mtimeMs > Math.max(...sources.map(newestMs))) return true;
  const { code } = await runQuietly({
    doing: "building the page",
    done: "page built",
    log: "page",
    commands: [["vite", "build", "--manifest"]],
    cwd: WEB,
  });
  return code === 0;
}

/** Builds the page if needed. Throws a PlainError where that fails. */
export async function ensurePage() {
  if (!(await buildPage())) throw new PlainError("The page could not be built; the lines above say why.");
}
