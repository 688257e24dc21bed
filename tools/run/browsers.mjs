/** The browsers of the tests and the lab: found, or installed where we may. */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { runQuietly } from "./command.mjs";
import { PlainError } from "./plain-error.mjs";

/**
 * @typedef {object} BrowserKind
 * @property {string} name for people
 * @property {string} variable environment variable that names a program of this kind
 * @property {string[]} programs names it may have
 * @property {string} debian the Debian package
 */

/** @type {BrowserKind} */
const CHROMIUM = {
  name: "Chromium",
  variable: "SKEIN_CHROMIUM",
  programs: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  debian: "chromium",
};

/** @type {BrowserKind} */
const FIREFOX = {
  name: "Firefox",
  variable: "SKEIN_FIREFOX",
  programs: ["firefox-esr", "firefox"],
  debian: "firefox-esr",
};

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
 * The path of a browser. Installs Debian's where none is found and we are root; otherwise throws a PlainError that names
 * the command to run. Its environment variable overrides the search.
 *
 * @param {BrowserKind} kind
 */
async function ensureBrowser({ name, variable, programs, debian }) {
  const chosen = process.env[variable];
  if (chosen) {
    if (isExecutable(chosen)) return chosen;
    throw new PlainError(`${variable} names ${chosen}, which is not a program that can be run.`);
  }
  const path = process.env.PATH ?? "";
  const found = findOnPath(programs, path);
  if (found) return found;
  const commands = [
    ["apt-get", "update"],
    ["apt-get", "install", "-y", "--no-install-recommends", debian],
  ];
  const hasApt = findOnPath(["apt-get"], path) !== undefined;
  if (!hasApt || process.getuid?.() !== 0) {
    const sudo = commands.map((command) => `sudo ${command.join(" ")}`).join(" && ");
    throw new PlainError(
      `A ${name} is needed and none was found. ${hasApt ? `Run:\n\n  ${sudo}\n\nor` : "Install one, or"} set ${variable} to the path of one, and run this again.`,
    );
  }
  const { code } = await runQuietly({ doing: `installing ${name}`, done: `installed ${name}`, log: debian, commands });
  const installed = findOnPath(programs, path);
  if (code !== 0 || !installed) {
    throw new PlainError(`${name} could not be installed. Install it by hand or set ${variable} to the path of one.`);
  }
  return installed;
}

/** Makes sure of a Chromium and tells every program we start where it is. Throws a PlainError that says what to do. */
export async function ensureChromium() {
  process.env[CHROMIUM.variable] = await ensureBrowser(CHROMIUM);
}

/** The same of a Firefox. */
export async function ensureFirefox() {
  process.env[FIREFOX.variable] = await ensureBrowser(FIREFOX);
}

/** A Firefox where that is easy, before tests: it is used in the lab only, whose tests skip without it and say why. */
export async function offerFirefox() {
  if (process.getuid?.() !== 0) return;
  try {
    await ensureFirefox();
  } catch (error) {
    if (!(error instanceof PlainError)) throw error;
    console.log("· Firefox is missing: its tests will be skipped");
  }
}
