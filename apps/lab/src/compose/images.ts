import { mkdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { LabError } from "../netns/requirements.ts";
import { CERTIFICATES, layOutBase } from "./base-image.ts";
import { ObstacleError } from "./obstacles.ts";
import { type RunOptions, runCommand, succeeds } from "./run-command.ts";

/** What the Dockerfile begins with where it can be pulled. */
const PUBLIC_BASE = "node:24-bookworm-slim";
const LOCAL_BASE = "skein-base:local";

const PULL_TIMEOUT_MS = 180_000;
const BASE_TIMEOUT_MS = 120_000;
const BUILD_TIMEOUT_MS = 600_000;

/** How npm and pnpm say that a registry does not answer. */
const NO_REGISTRY =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|dns error|error sending request/i;

/** What a base is, and what a build on it must be told. */
export interface Base {
  readonly kind: "pulled" | "this-machine";
  readonly buildArguments: readonly string[];
}

/** How images are made. */
export interface ImageOptions {
  /** The project's root. */
  readonly root: string;
  /** For temporary files; must be there. */
  readonly folder: string;
  /** The Node that goes into a base made of this machine. */
  readonly node: string;
}

/**
 * Brings the base: pulled where an image registry answers, else made of this machine's own programs. Where Node was given
 * certificates of its own, a proxy re-signs what is downloaded, and only a base with these certificates can build.
 */
export async function bringBase({ folder, node }: ImageOptions, run: RunOptions): Promise<Base> {
  const pull = { ...run, timeoutMs: PULL_TIMEOUT_MS };
  if (process.env.NODE_EXTRA_CA_CERTS === undefined && (await succeeds(["docker", "pull", "-q", PUBLIC_BASE], pull)))
    return { kind: "pulled", buildArguments: [] };
  const root = join(folder, "base");
  mkdirSync(root);
  const bounded = { ...run, timeoutMs: BASE_TIMEOUT_MS };
  await layOutBase(root, node, bounded);
  const archive = join(folder, "base.tar");
  await runCommand(["tar", "-C", root, "-c", "-f", archive, "."], bounded);
  await runCommand(["docker", "import", archive, LOCAL_BASE], bounded);
  const given = { BASE: LOCAL_BASE, NODE_EXTRA_CA_CERTS: CERTIFICATES };
  return {
    kind: "this-machine",
    buildArguments: Object.entries(given).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
  };
}

/** Builds `skein` and `skein-lab` by docker/Dockerfile as anybody would; answers the size of `skein`, in bytes. */
export async function buildImages(base: Base, { root }: ImageOptions, run: RunOptions): Promise<number> {
  for (const [target, image] of [
    ["skein", "skein"],
    ["lab", "skein-lab"],
  ] as const) {
    // The machine's network: the build downloads packages.
    const how = ["--network", "host", "--file", "docker/Dockerfile", "--target", target, "--tag", image];
    const build = ["docker", "build", ...how, ...base.buildArguments, "."];
    try {
      await runCommand(build, { ...run, timeoutMs: BUILD_TIMEOUT_MS, folder: root });
    } catch (error) {
      throw error instanceof LabError && NO_REGISTRY.test(error.message)
        ? new ObstacleError("the package registry cannot be reached from a build", { cause: error })
        : error;
    }
  }
  return Number(await runCommand(["docker", "image", "inspect", "--format", "{{.Size}}", "skein"], run));
}
