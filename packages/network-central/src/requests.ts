import { type Clock, NetworkError } from "@skein/core";
import type { CentralReply, CentralRequest } from "@skein/wire";
import { REQUEST_TIMEOUT_MS } from "./defaults.ts";

/** Replies that answer a request. */
export type Answer = Extract<CentralReply, { readonly id: number }>;
type Asking = Extract<CentralRequest, { readonly id: number }>;
/** A request without its number. */
export type Question = Asking extends infer Each ? (Each extends Asking ? Omit<Each, "id"> : never) : never;

/** Requests under way on one link, matched to their answers. */
export interface Requests {
  /**
   * Sends a request and resolves with its answer of the expected kind. Rejects `refused` with the server's reason,
   * `offline` when no answer came in time or the link ended (`stopped` when we ended it), or with the reason of `signal`.
   */
  ask<Kind extends Answer["kind"]>(
    question: Question,
    expected: Kind,
    signal: AbortSignal,
  ): Promise<Extract<Answer, { readonly kind: Kind }>>;
  /** An answer arrived; one to a question nobody waits for is ignored. */
  onAnswer(answer: Answer): void;
  /** The link ended: everything under way is rejected. */
  fail(error: NetworkError): void;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** Makes the requests of one link. */
export function createRequests(dependencies: {
  readonly clock: Clock;
  readonly send: (request: CentralRequest) => void;
}): Requests {
  const { clock, send } = dependencies;
  const waiting = new Map<number, Waiting>();
  let ended: NetworkError | undefined;
  let lastId = 0;

  function answerTo(question: Question, signal: AbortSignal): Promise<Answer> {
    return new Promise<Answer>((resolve, reject) => {
      signal.throwIfAborted();
      if (ended !== undefined) throw ended;
      lastId = (lastId + 1) % 2 ** 32;
      const id = lastId;
      const abort = (): void => settled(() => reject(signal.reason));
      const cancel = clock.at(clock.now() + REQUEST_TIMEOUT_MS, () =>
        settled(() => reject(new NetworkError("offline", "the central server did not answer in time"))),
      );
      const settled = (act: () => void): void => {
        waiting.delete(id);
        signal.removeEventListener("abort", abort);
        cancel();
        act();
      };
      signal.addEventListener("abort", abort);
      waiting.set(id, {
        resolve: (answer) => settled(() => resolve(answer)),
        reject: (error) => settled(() => reject(error)),
      });
      send({ ...question, id });
    });
  }

  return {
    async ask(question, expected, signal) {
      const answer = await answerTo(question, signal);
      if (answer.kind === expected) return answer as Extract<Answer, { readonly kind: typeof expected }>;
      const reason = answer.kind === "failed" ? answer.reason : `an answer of another kind: ${answer.kind}`;
      const code = answer.kind === "failed" && answer.code === "too-large" ? "too-large" : "refused";
      throw new NetworkError(code, `the central server refused: ${reason}`);
    },
    onAnswer(answer) {
      waiting.get(answer.id)?.resolve(answer);
    },
    fail(error) {
      ended = error;
      for (const each of [...waiting.values()]) each.reject(error);
    },
  };
}
