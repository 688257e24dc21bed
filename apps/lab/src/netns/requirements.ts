import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

/** What the lab needs of the machine. */
export interface Machine {
  readonly isRoot: boolean;
  /** Whether a program of this name can be run. */
  hasProgram(name: string): boolean;
  /** Whether this file can be read and written. */
  hasFile(path: string): boolean;
}

/** A program and the Debian package it comes in. */
const PROGRAMS = [
  { program: "ip", debian: "iproute2" },
  { program: "nft", debian: "nftables" },
  { program: "cc", debian: "gcc libc6-dev" },
  { program: "nsenter", debian: "util-linux" },
  { program: "setpriv", debian: "util-linux" },
] as const;

/** Where Debian keeps programs for root, which a user's PATH often lacks. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/sbin"];

/** The machine we run on. */
export const thisMachine: Machine = {
  isRoot: process.getuid?.() === 0,
  hasProgram: (name) =>
    [...(process.env.PATH ?? "").split(delimiter), ...SYSTEM_FOLDERS].some((folder) =>
      allows(join(folder, name), constants.X_OK),
    ),
  hasFile: (path) => allows(path, constants.R_OK | constants.W_OK),
};

function allows(file: string, mode: number): boolean {
  try {
    accessSync(file, mode);
    return true;
  } catch {
    return false;
  }
}

/** What is missing to build a lab here, one sentence each with what to do about it; empty when nothing is. */
export function missingForLab(machine: Machine): readonly string[] {
  const absent = PROGRAMS.filter(({ program }) => !machine.hasProgram(program));
  const names = absent.map(({ program }) => program).join(", ");
  const packages = absent.map(({ debian }) => debian).join(" ");
  return [
    ...(machine.isRoot ? [] : ["network namespaces need root: run this as root (sudo)"]),
    ...(absent.length === 0
      ? []
      : [`not installed: ${names}; on Debian: apt-get install --no-install-recommends ${packages}`]),
    ...(machine.isRoot && !machine.hasFile("/dev/net/tun")
      ? ["/dev/net/tun is missing: the kernel has no TUN/TAP, or this container was not given the device"]
      : []),
  ];
}

/** The lab cannot do what was asked; the message is for the person at the terminal. */
export class LabError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "LabError";
  }
}

/** Throws LabError when something is missing. */
export function requireForLab(machine: Machine = thisMachine): void {
  const missing = missingForLab(machine);
  if (missing.length > 0)
    throw new LabError(`The lab cannot be built here.\n${missing.map((it) => `  ${it}`).join("\n")}`);
}
