import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { type Clock, pause } from "@skein/core";
import { LabError } from "../netns/requirements.ts";
import { type RunOptions, runCommand, succeeds } from "./run-command.ts";

/** A program that understands compose files: `docker-compose` 1.29, or `docker compose` 2. */
export type ComposeProgram = readonly string[];

/** A container as Docker describes it. */
export interface ContainerState {
  readonly service: string;
  readonly id: string;
  /** `healthy`, `unhealthy`, `starting`; of one without a health check `running`, `exited` … */
  readonly state: string;
  /** The user its first process began as; empty for root. */
  readonly user: string;
}

/** A compose file that is up. */
export interface ComposeProject {
  /** Waits until every container is healthy; answers them. Throws LabError with the words of those that are not. */
  healthy(): Promise<readonly ContainerState[]>;
  /** Ends a service at once, as a power cut would. */
  kill(service: string): Promise<void>;
  /** The output of a program run in a service's container. */
  execute(service: string, command: readonly string[]): Promise<string>;
  /** A program connected to the input and output of a service's first process. */
  attach(service: string): Promise<ChildProcess>;
  /** The last lines of what a service wrote. */
  log(service: string): Promise<string>;
  /** Removes containers, networks and volumes. */
  down(): Promise<void>;
}

const HEALTHY_TIMEOUT_MS = 120_000;
const POLL_MS = 250;

/** Who is asked how containers are: service, id, health or state, user. */
const FORMAT = [
  '{{index .Config.Labels "com.docker.compose.service"}}',
  "{{.Id}}",
  "{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}",
  "{{.Config.User}}",
].join("|");

/** The compose programs of this machine, version 2 first. */
export async function composePrograms(run: RunOptions): Promise<readonly ComposeProgram[]> {
  const known = [["docker", "compose"], ["docker-compose"]];
  const present = await Promise.all(known.map((program) => succeeds([...program, "version"], run)));
  return known.filter((_, index) => present[index]);
}

/** Brings up a compose file whose images are built. Whatever fails, what was begun is taken down before it throws. */
export async function composeUp(
  {
    program,
    root,
    file,
    name,
    settings = {},
  }: {
    readonly program: ComposeProgram;
    readonly root: string;
    readonly file: string;
    readonly name: string;
    /** Values of `${…}` in the file. */
    readonly settings?: Readonly<Record<string, string>>;
  },
  { clock, run }: { readonly clock: Clock; readonly run: RunOptions },
): Promise<ComposeProject> {
  const environment = { ...(run.environment ?? process.env), ...settings };
  const compose = (args: readonly string[], options: RunOptions = run): Promise<string> =>
    runCommand([...program, "-f", join(root, file), "-p", name, ...args], { ...options, environment, folder: root });
  const docker = (...args: readonly string[]): Promise<string> => runCommand(["docker", ...args], run);

  async function containers(): Promise<readonly ContainerState[]> {
    const filter = `label=com.docker.compose.project=${name}`;
    const ids = (await docker("ps", "--all", "--quiet", "--filter", filter)).split("\n").filter(Boolean);
    if (ids.length === 0) return [];
    const described = await docker("inspect", "--format", FORMAT, ...ids);
    return described
      .trim()
      .split("\n")
      .map((line) => {
        const [service = "", id = "", state = "", user = ""] = line.split("|");
        return { service, id, state, user };
      });
  }

  async function idOf(service: string): Promise<string> {
    const found = (await containers()).find((each) => each.service === service);
    if (found === undefined) throw new LabError(`there is no container of ${service}`);
    return found.id;
  }

  const log = async (service: string): Promise<string> => {
    // A container's own standard error is part of it, and goes to ours.
    const command = `docker logs --tail 30 "$1" 2>&1`;
    return await runCommand(["sh", "-c", command, "log", await idOf(service)], run);
  };

  async function healthy(): Promise<readonly ContainerState[]> {
    const deadline = clock.now() + HEALTHY_TIMEOUT_MS;
    for (;;) {
      const all = await containers();
      const not = all.filter(({ state }) => state !== "healthy");
      if (all.length > 0 && not.length === 0) return all;
      if (clock.now() > deadline || not.some(({ state }) => state === "unhealthy" || state === "exited")) {
        const words = await Promise.all(
          not.map(async (each) => `${each.service} ${each.state}:\n${await log(each.service)}`),
        );
        throw new LabError(`not healthy: ${words.join("\n")}`);
      }
      await pause(clock, POLL_MS, run.signal);
    }
  }

  const project: ComposeProject = {
    healthy,
    log,
    async kill(service) {
      await docker("kill", await idOf(service));
    },
    execute: async (service, command) => await docker("exec", await idOf(service), ...command),
    async attach(service) {
      const command = ["attach", "--sig-proxy=false", await idOf(service)];
      return spawn("docker", command, { stdio: ["pipe", "pipe", "pipe"], env: environment });
    },
    async down() {
      // Also when we were interrupted: this is what must still be done.
      const calm = { ...run, signal: new AbortController().signal };
      await compose(["down", "--volumes", "--timeout", "3"], calm);
    },
  };
  try {
    await compose(["up", "--detach", "--no-build"]);
    return project;
  } catch (error) {
    await project.down().catch(() => {});
    throw error;
  }
}
