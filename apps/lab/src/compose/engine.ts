import { type ChildProcess, spawn } from "node:child_process";
import { openSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { type Clock, pause } from "@skein/core";
import { systemEnvironment } from "../netns/commands.ts";
import { LabError } from "../netns/requirements.ts";
import type { Workplace } from "./workplace.ts";

/**
 * Where an engine's containers meet the world. `machine`: they may use this machine's network, for builds that download;
 * the engine changes nothing in it and offers no networks of its own. `none`: a network namespace without a way out, in
 * which it makes whatever networks it is asked for.
 */
export type Outside = "machine" | "none";

/** A Docker daemon of our own. */
export interface Engine {
  /** For DOCKER_HOST. */
  readonly address: string;
  /** Ends it with every container; what it stores stays in the workplace. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 20_000;
const POLL_MS = 100;

/** Keeps its hands off the machine's own network. */
const UNTOUCHED = ["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false", "--ip-masq=false"];

/**
 * Starts a Docker daemon that shares nothing with one of the system: own folder, socket, settings, control group, and own
 * process and mount namespaces. The first process of these dies with us, and the kernel then ends all others and undoes
 * every mount, so that nothing is left even when we are killed. Throws LabError with its last words.
 */
export async function startEngine(
  { outside, place }: { readonly outside: Outside; readonly place: Workplace },
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Engine> {
  const at = (name: string): string => join(place.folder, name);
  // Its own settings file: that of a system daemon is not for us.
  writeFileSync(at("daemon.json"), "{}");
  const daemon = [
    ...["dockerd", "--config-file", at("daemon.json"), "--data-root", at("data"), "--exec-root", at("exec")],
    ...["-p", at("pid"), "-H", `unix://${at("socket")}`, "--cgroup-parent", place.controlGroup],
    ...["--exec-opt", "native.cgroupdriver=cgroupfs", ...(outside === "machine" ? UNTOUCHED : [])],
  ];
  const log = openSync(at("dockerd.log"), "a");
  const child = spawn(
    "setpriv",
    [
      ...["--pdeathsig", "KILL", "--", "unshare", ...(outside === "none" ? ["--net"] : [])],
      ...["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", KEEPER, "keeper", ...daemon],
    ],
    { stdio: ["pipe", log, log], env: systemEnvironment() },
  );
  child.stdin?.on("error", () => {});
  const life = { ended: false };
  const gone = new Promise<void>((resolve) => {
    const end = (): void => {
      life.ended = true;
      resolve();
    };
    child.once("error", end).once("close", end);
  });
  const engine: Engine = { address: `unix://${at("socket")}`, stop: () => stop(child, gone, clock) };
  const deadline = clock.now() + START_TIMEOUT_MS;
  try {
    while (!(await answers(at("socket")))) {
      if (life.ended || clock.now() > deadline)
        throw new LabError(`dockerd did not start:\n${lastLines(readFileSync(at("dockerd.log"), "utf8"))}`);
      await pause(clock, POLL_MS, signal);
    }
  } catch (error) {
    await engine.stop();
    throw error;
  }
  return engine;
}

/**
 * The first process of the namespaces: runs the daemon until its own input ends, then asks it to stop. With its end
 * everything else ends. Arguments: the daemon.
 */
const KEEPER = `exec 3<&0
ip link set lo up
"$@" 3<&- & daemon=$!
{ read -r _ <&3 || kill -TERM "$daemon"; } &
wait "$daemon"`;

async function stop(child: ChildProcess, gone: Promise<void>, clock: Clock): Promise<void> {
  child.stdin?.end();
  const patience = new AbortController();
  const late = pause(clock, STOP_TIMEOUT_MS, patience.signal).then(
    () => void child.kill("SIGKILL"),
    () => {},
  );
  await gone;
  patience.abort();
  await late;
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: "/_ping", timeout: 1_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.once("timeout", () => asked.destroy());
    asked.once("error", () => resolve(false));
    asked.end();
  });
}

function lastLines(text: string): string {
  return text.trim().split("\n").slice(-8).join("\n");
}
