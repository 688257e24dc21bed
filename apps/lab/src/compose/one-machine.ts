import type { Clock } from "@skein/core";
import { LabError } from "../netns/requirements.ts";
import { type ComposeProgram, composeUp } from "./compose-project.ts";
import type { RunOptions } from "./run-command.ts";

/** What is tried needs. */
export interface TrialContext {
  readonly program: ComposeProgram;
  /** The project's root. */
  readonly root: string;
}

/** What a trial is given. */
export interface TrialDependencies {
  readonly clock: Clock;
  readonly run: RunOptions;
  readonly say: (text: string) => void;
}

/** Run in a container: asks for an address and writes its status, a space, and how it begins. */
const FETCH = "const r=await fetch(process.argv[1]);console.log(r.status,(await r.text()).slice(0,200))";

/**
 * `docker/compose.yaml`: everything healthy, nobody root, the page there with the three supernodes listed. Throws LabError
 * when it is not so.
 */
export async function runOneMachine({ program, root }: TrialContext, dependencies: TrialDependencies): Promise<void> {
  const { clock, run, say } = dependencies;
  const startedAtMs = clock.now();
  const project = await composeUp({ program, root, file: "docker/compose.yaml", name: "skein-one" }, { clock, run });
  try {
    const containers = await project.healthy();
    say(`✓ compose.yaml: ${containers.length} healthy (${((clock.now() - startedAtMs) / 1000).toFixed(1)} s)`);
    const root = containers.filter(({ user }) => user === "" || user.startsWith("root") || user.startsWith("0"));
    if (root.length > 0) throw new LabError(`run as root: ${root.map(({ service }) => service).join(", ")}`);
    const page = await project.execute("page", ["node", "-e", FETCH, "http://localhost:8080/"]);
    if (!/^200 .*<!doctype html>/i.test(page)) throw new LabError(`the page is not there: ${page}`);
    const health = await project.execute("page", ["node", "-e", FETCH, "http://localhost:8080/healthz"]);
    if (!health.includes('"supernodes":3')) throw new LabError(`the page does not know three supernodes: ${health}`);
    say("✓ the page is there and lists three supernodes; nobody is root");
  } finally {
    await project.down();
  }
}
