/** Installing what the lock file names, with the pinned pnpm, and only when it changed. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { root, runQuietly } from "./command.mjs";
import { PlainError } from "./plain-error.mjs";

const PNPM = "pnpm@12.21.0";
const STAMP = join(root, "node_modules", ".skein-installed");
const PINNED_NODE = join(root, "node_modules", ".bin", "node");

/** What a failed install most often means, by what pnpm and npm print. */
const EXPLANATIONS = [
  {
    sign: /ERR_PNPM_OUTDATED_LOCKFILE/,
    means: "pnpm-lock.yaml does not match the package.json files. Run: npx pnpm install --no-frozen-lockfile",
  },
  {
    sign: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_PNPM_META_FETCH_FAIL|ERR_SOCKET_TIMEOUT/,
    means: "The package registry could not be reached. Check the connection or the registry in your npm settings.",
  },
  { sign: /ENOSPC/, means: "The disk is full." },
  { sign: /EACCES|EPERM/, means: "No permission to write here. Was an earlier install run as another user?" },
  { sign: /npx: not found|npx: ENOENT|spawn npx/, means: "npx was not found: install npm (it comes with Node)." },
];

/**
 * The plain meaning of a failed install's output.
 *
 * @param {string} output
 */
export function explainInstallFailure(output) {
  const known = EXPLANATIONS.find(({ sign }) => sign.test(output));
  return known?.means ?? "The packages could not be installed; the lines above say why.";
}

/**
 * Whether an install is needed: nothing there, or the last one was for another lock file. Contents, not times, are
 * compared, because a fresh clone and a branch switch both scramble the times.
 *
 * @param {{ stamp: string | undefined, lockDigest: string, pinnedNode: boolean }} facts
 */
export function installNeeded({ stamp, lockDigest, pinnedNode }) {
  return !pinnedNode || stamp !== lockDigest;
}

/** Installs if needed. Throws a PlainError that says what to do. */
export async function ensureInstalled() {
  const lockDigest = createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .digest("hex");
  const stamp = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : undefined;
  if (!installNeeded({ stamp, lockDigest, pinnedNode: existsSync(PINNED_NODE) })) return;
  const { code, output } = await runQuietly({
    doing: "installing packages (the first time takes about a minute)",
    done: "installed",
    log: "install",
    commands: [["npx", "--yes", PNPM, "install", "--frozen-lockfile"]],
  });
  if (code !== 0) throw new PlainError(explainInstallFailure(output), code);
  writeFileSync(STAMP, lockDigest);
}

/** The environment in which everything of ours runs: the pinned Node and the installed tools come first on PATH. */
export function toolEnv() {
  const ours = ["node_modules/.bin", "apps/web/node_modules/.bin", "apps/supernode/node_modules/.bin"].map((folder) =>
    join(root, folder),
  );
  return { PATH: [...ours, process.env.PATH ?? ""].join(delimiter) };
}
