import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Host } from "../netns/lab.ts";
import { LabError } from "../netns/requirements.ts";
import type { Order, Reply } from "./messages.ts";

/** A program of the index benchmark in a host of the lab. Orders are obeyed one after the other. */
export interface Actor {
  readonly host: Host;
  /** Resolves with the answer. Throws LabError when the program says it failed, ended, or is silent for too long. */
  tell<Kind extends Reply["kind"]>(order: Order, expected: Kind): Promise<Extract<Reply, { readonly kind: Kind }>>;
  /** Kills it without a word (SIGKILL); resolves when it is gone. */
  kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("../index-bench.ts", import.meta.url));
const root = fileURLToPath(new URL("../../../..", import.meta.url));
const ANSWER_TIMEOUT_MS = 300_000;

/**
 * Starts the program; resolves when it takes orders. It ends with the lab. `cacheDirectory`: where compiled code is kept,
 * so that forty programs are not compiled forty times.
 */
export async function startActor(host: Host, cacheDirectory: string, signal: AbortSignal): Promise<Actor> {
  const program = host.run(process.execPath, [PROGRAM], {
    directory: root,
    environment: { NODE_COMPILE_CACHE: cacheDirectory },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const limit = (): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  const answer = async (): Promise<Reply> => {
    const over = program.ended.then((how): never => {
      throw new LabError(`${host.name}: its program ended: ${how}`);
    });
    const [reply] = await Promise.race([once(program.process, "message", { signal: limit() }), over]);
    return reply as Reply;
  };
  await answer();
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const next = turn.then(act, act);
    turn = next.catch(() => {});
    return next;
  };
  return {
    host,
    async kill() {
      program.process.kill("SIGKILL");
      await program.ended;
    },
    tell: (order, expected) =>
      inTurn(async () => {
        const coming = answer();
        program.process.send(order);
        const reply = await coming;
        if (reply.kind === expected) return reply as Extract<Reply, { readonly kind: typeof expected }>;
        throw new LabError(
          `${host.name}: ${reply.kind === "failed" ? reply.reason : `an answer of kind ${reply.kind}`}`,
        );
      }),
  };
}
