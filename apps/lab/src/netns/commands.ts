import { spawn } from "node:child_process";
import process from "node:process";
import { LabError } from "./requirements.ts";

/** No command that builds a lab takes longer unless it hangs. */
const LONGEST_MS = 30_000;

/** The environment of system programs: root's folders are on the PATH. */
export function systemEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
}

/**
 * Runs a program with this text as its input; resolves with its output. Throws LabError with what it said. It dies with
 * us: half a build that goes on after its builder was killed would escape the next sweep.
 */
export function runWithInput(command: readonly string[], input = ""): Promise<string> {
  const [program = ""] = command;
  return new Promise((resolve, reject) => {
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", ...command], {
      stdio: "pipe",
      env: systemEnvironment(),
      timeout: LONGEST_MS,
    });
    let output = "";
    let complaint = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      complaint += chunk;
    });
    // A program that ends before it has read everything says why in its own words.
    child.stdin.on("error", () => {});
    child.once("error", (error) => reject(new LabError(`${program} could not be run`, { cause: error })));
    child.once("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new LabError(`${command.join(" ")} failed (${signal ?? code}): ${complaint.trim()}`));
    });
    child.stdin.end(input);
  });
}

/** Does something for every item, a few at a time. Rejects with the first failure, once all that were begun have ended. */
export async function forEachOf<Item>(
  items: Iterable<Item>,
  atOnce: number,
  act: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = [...items];
  let failure: { readonly error: unknown } | undefined;
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && failure === undefined; item = queue.shift()) {
      try {
        await act(item);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  if (failure !== undefined) throw failure.error;
}
