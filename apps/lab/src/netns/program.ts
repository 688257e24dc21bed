import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { systemEnvironment } from "./commands.ts";
import { identify, type ProcessIdentity, signalTo } from "./processes.ts";

/** How a program is run inside a host. */
export interface RunOptions {
  /** Added to our own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** As for `child_process.spawn`; pipes unless said otherwise. `ipc` works across namespaces. */
  readonly stdio?: StdioOptions;
  /** Called with every new process: the first, and each made by `restart`. Connect its streams here. */
  readonly onStart?: (process: ChildProcess) => void;
}

/** A program in a host. It ends with the lab at the latest. */
export interface Program {
  readonly command: readonly string[];
  /** The present process; another one after `restart`. */
  readonly process: ChildProcess;
  /** Whether it runs now. */
  readonly state: "running" | "ended";
  /** How the present process ended: `exit code 0`, `killed by SIGKILL`, `could not be started: …`. Never rejects. */
  readonly ended: Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** Kills it, if it still runs, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it anew, with the same words, after `kill` or its own end. */
  start(): void;
}

/** Starts a program in a namespace, under the /etc of that namespace. */
export function runProgram(namespace: string, command: readonly string[], options: RunOptions): Program {
  interface Life {
    readonly process: ChildProcess;
    readonly identity: ProcessIdentity | undefined;
    readonly ended: Promise<string>;
    state: "running" | "ended";
  }

  function begin(): Life {
    // `ip netns exec` becomes the program: its process id is the program's.
    const child = spawn("ip", ["netns", "exec", namespace, ...command], {
      stdio: options.stdio ?? "pipe",
      env: { ...systemEnvironment(), ...options.environment },
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
    });
    const over = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(`could not be started: ${error.message}`));
      child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `killed by ${signal}`));
    });
    const life: Life = {
      process: child,
      identity: child.pid === undefined ? undefined : identify(child.pid),
      ended: over.finally(() => {
        life.state = "ended";
      }),
      state: "running",
    };
    // Writing to a program that has ended is no error of ours.
    child.stdin?.on("error", () => {});
    options.onStart?.(child);
    return life;
  }

  let life = begin();
  const signal = (name: NodeJS.Signals): void => {
    if (life.state === "running" && life.identity !== undefined) signalTo(life.identity, name);
  };
  return {
    command,
    get process() {
      return life.process;
    },
    get state() {
      return life.state;
    },
    get ended() {
      return life.ended;
    },
    signal,
    async kill() {
      signal("SIGKILL");
      await life.ended;
    },
    start() {
      if (life.state === "ended") life = begin();
    },
  };
}
