/** Building the page and the daemon, only when something they are made of is newer than what was built. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { root, runQuietly } from "./command.mjs";
import { PlainError } from "./plain-error.mjs";

/** @typedef {{ name: string, folder: string, built: string, command: string[] }} Build */

/** @type {Build} */
const page = {
  name: "page",
  folder: join(root, "apps", "web"),
  built: "dist/index.html",
  command: ["vite", "build", "--manifest"],
};

/** @type {Build} */
const daemon = {
  name: "daemon",
  folder: join(root, "apps", "supernode"),
  built: "build/main.js",
  command: ["rolldown", "--config", "--logLevel", "warn"],
};

const NOT_SOURCES = new Set(["node_modules", "dist", "build", "e2e", "test"]);

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

/**
 * Builds it unless it is up to date. Returns whether it stands.
 *
 * @param {Build} build
 */
async function bring({ name, folder, built, command }) {
  const sources = [folder, join(root, "packages"), join(root, "patches"), join(root, "pnpm-lock.yaml")];
  const target = join(folder, built);
  if (existsSync(target) && statSync(target).mtimeMs > Math.max(...sources.map(newestMs))) return true;
  const { code } = await runQuietly({
    doing: `building the ${name}`,
    done: `${name} built`,
    log: name,
    commands: [command],
    cwd: folder,
  });
  return code === 0;
}

/** Builds the page unless it is up to date. Returns whether it stands. */
export const buildPage = () => bring(page);

/** Builds the daemon unless it is up to date. Returns whether it stands. */
export const buildDaemon = () => bring(daemon);

/** Builds the page if needed. Throws a PlainError where that fails. */
export async function ensurePage() {
  if (!(await buildPage())) throw new PlainError("The page could not be built; the lines above say why.");
}

/** Builds the daemon if needed. Throws a PlainError where that fails. */
export async function ensureDaemon() {
  if (!(await buildDaemon())) throw new PlainError("The daemon could not be built; the lines above say why.");
}
