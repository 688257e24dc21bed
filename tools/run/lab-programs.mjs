/** The system programs of the lab: found, or installed where we may. */
import process from "node:process";
import { findOnPath } from "./browsers.mjs";
import { runQuietly } from "./command.mjs";
import { PlainError } from "./plain-error.mjs";

/** Programs and the Debian packages they come in. */
const PROGRAMS = [
  { program: "ip", packages: ["iproute2"] },
  { program: "nft", packages: ["nftables"] },
  { program: "cc", packages: ["gcc", "libc6-dev"] },
  { program: "nsenter", packages: ["util-linux"] },
];

/** Where Debian keeps programs for root. */
const SYSTEM_FOLDERS = "/usr/sbin:/sbin";

/**
 * The Debian packages whose programs are not on a PATH.
 *
 * @param {string} path
 * @param {(file: string) => boolean} [executable]
 */
export function missingPackages(path, executable) {
  return PROGRAMS.filter(
    ({ program }) => findOnPath([program], `${path}:${SYSTEM_FOLDERS}`, executable) === undefined,
  ).flatMap(({ packages }) => packages);
}

/**
 * Installs what the lab lacks, where we are root on Debian. Throws a PlainError that names the command to run where we
 * may not, and where installing fails.
 */
export async function ensureLabPrograms() {
  const path = process.env.PATH ?? "";
  const packages = missingPackages(path);
  if (packages.length === 0) return;
  const commands = [
    ["apt-get", "update"],
    ["apt-get", "install", "-y", "--no-install-recommends", ...packages],
  ];
  const shown = commands.map((command) => `sudo ${command.join(" ")}`).join(" && ");
  if (process.getuid?.() !== 0 || findOnPath(["apt-get"], path) === undefined) {
    throw new PlainError(`The lab needs programs that are not installed. On Debian:\n\n  ${shown}\n`);
  }
  const { code } = await runQuietly({
    doing: `installing ${packages.join(", ")} for the lab`,
    done: "installed the lab's programs",
    log: "lab-programs",
    commands,
  });
  if (code !== 0) throw new PlainError(`The lab's programs could not be installed. By hand:\n\n  ${shown}\n`);
}

/** Installs what the lab lacks where that is easy, before tests: where it is not, the lab's tests skip and say why. */
export async function offerLabPrograms() {
  if (process.getuid?.() !== 0) return;
  try {
    await ensureLabPrograms();
  } catch (error) {
    if (!(error instanceof PlainError)) throw error;
    console.log("· the lab's programs are missing: its tests will be skipped");
  }
}
