import process from "node:process";
import { systemEnvironment } from "../netns/commands.ts";
import { LabError, type Machine, thisMachine } from "../netns/requirements.ts";
import { runCommand } from "./run-command.ts";

/** Containers cannot be tried here, through no fault of theirs; the message says why. */
export class ObstacleError extends LabError {}

const INSTALL_TIMEOUT_MS = 300_000;

/** Programs the containers need of the machine, and the Debian packages they come in. */
const PROGRAMS = [
  { program: "dockerd", debian: "docker.io" },
  { program: "docker", debian: "docker.io" },
  { program: "docker-compose", debian: "docker-compose" },
  ...["nft", "iptables", "conntrack"].map((program) => ({ program, debian: program === "nft" ? "nftables" : program })),
  { program: "ip", debian: "iproute2" },
] as const;

/** Servers of others that come into a base made of this machine where it has them (`base-image.ts`). */
const SERVERS = [
  { program: "nats-server", debian: "nats-server" },
  { program: "turnserver", debian: "coturn" },
] as const;

/** The Debian packages whose programs this machine lacks. */
export function missingPackages(
  machine: Machine,
  programs: readonly { readonly program: string; readonly debian: string }[] = PROGRAMS,
): readonly string[] {
  const missing = programs.filter(({ program }) => !machine.hasProgram(program));
  return [...new Set(missing.map(({ debian }) => debian))];
}

/**
 * Installs Docker, and the servers of others for the base, from Debian where we may and they are missing. Debian may begin
 * services of its own by that; ours are others.
 */
export async function installDocker(
  { say, signal }: { readonly say: (text: string) => void; readonly signal: AbortSignal },
  machine: Machine = thisMachine,
): Promise<void> {
  const packages = missingPackages(machine, [...PROGRAMS, ...SERVERS]);
  if (packages.length === 0 || !machine.isRoot || !machine.hasProgram("apt-get")) return;
  say(`… installing ${packages.join(", ")} (about a minute)`);
  const environment = { ...systemEnvironment(), DEBIAN_FRONTEND: "noninteractive" };
  const run = { timeoutMs: INSTALL_TIMEOUT_MS, signal, environment };
  try {
    await runCommand(["apt-get", "update"], run);
    await runCommand(["apt-get", "install", "-y", "--no-install-recommends", ...packages], run);
    say("✓ installed");
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    say(`· ${error.message}`);
  }
}

/** Why containers cannot be run here, in a sentence; undefined when they can. */
export async function findObstacle(signal: AbortSignal, machine: Machine = thisMachine): Promise<string | undefined> {
  if (process.platform !== "linux") return `containers of our own need Linux; this is ${process.platform}`;
  if (!machine.isRoot) return "a Docker daemon of our own needs root";
  const missing = missingPackages(machine);
  if (missing.length > 0) return `not installed: ${missing.join(", ")}`;
  const run = { timeoutMs: 5_000, signal, environment: systemEnvironment() };
  try {
    await runCommand(["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "true"], run);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return `namespaces cannot be made here: ${error.message}`;
  }
  return undefined;
}
