/** The browser of the end-to-end tests: found, or installed where we may. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { runQuietly } from "./command.mjs";
import { PlainError } from "./plain-error.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const APT_COMMANDS = [
  ["apt-get", "update"],
  ["apt-get", "install", "-y", "--no-install-recommends", "chromium"],
];

/** @param {string} file */
function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The first program of one of these names on a PATH.
 *
 * @param {readonly string[]} names
 * @param {string} path
 * @param {(file: string) => boolean} [executable]
 */
export function findOnPath(names, path, executable = isExecutable) {
  const folders = path.split(delimiter).filter((folder) => folder !== "");
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(executable);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The path of a Chromium. Installs Debian's where none is found and we are root; otherwise throws a PlainError that
 * names the command to run. SKEIN_CHROMIUM overrides the search.
 */
export async function ensureChromium() {
  const chosen = process.env.SKEIN_CHROMIUM;
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new PlainError(`SKEIN_CHROMIUM names ${chosen}, which is not a program that can be run.`);
  }
  const path = process.env.PATH ?? "";
  const found = findOnPath(NAMES, path);
  if (found) return found;
  const hasApt = findOnPath(["apt-get"], path) !== undefined;
  if (!hasApt || process.getuid?.() !== 0) {
    const sudo = APT_COMMANDS.map((command) => `sudo ${command.join(" ")}`).join(" && ");
    throw new PlainError(
      `The tests need a Chromium and none was found. ${hasApt ? `Run:\n\n  ${sudo}\n\nor` : "Install one, or"} set SKEIN_CHROMIUM to the path of one, and run this again.`,
    );
  }
  const { code } = await runQuietly({
    doing: "installing Chromium for the tests",
    done: "installed Chromium",
    log: "chromium",
    commands: APT_COMMANDS,
  });
  const installed = findOnPath(NAMES, path);
  if (code !== 0 || !installed) {
    throw new PlainError(
      "Chromium could not be installed. Install it by hand or set SKEIN_CHROMIUM to the path of one.",
    );
  }
  return installed;
}
