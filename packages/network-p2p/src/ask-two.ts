import { type Clock, NetworkError } from "@skein/core";
import { HEDGE_AFTER_MS } from "./defaults.ts";
import type { Answer, Question } from "./index-client.ts";
import type { SupernodeLink } from "./supernode-link.ts";

/** How a question is asked. */
export interface Asking<Found> {
  readonly clock: Clock;
  /** What in it holds. Every answer is read, also one that comes late: it may be the newer one. */
  readonly read: (answer: Answer) => readonly Found[];
}

/**
 * Asks the first two supernodes at once, the next in the place of one that fails, and one more when no two have answered
 * for a while. Resolves with what the first answer holds that holds anything, or with nothing when two hold nothing. Rejects
 * with the last failure when none answers, `offline` without links, or with the abort reason. Rule PI18.
 */
export async function askTwo<Found>(
  links: readonly Pick<SupernodeLink, "index">[],
  question: Question,
  { clock, read }: Asking<Found>,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  signal.throwIfAborted();
  const untried = [...links];
  let answers = 0;
  let failure: unknown;
  const winner = Promise.withResolvers<readonly Found[]>();

  const askNext = async (): Promise<void> => {
    for (let link = untried.shift(); link !== undefined; link = untried.shift()) {
      try {
        const found = read(await link.index.ask(question, signal));
        answers += 1;
        if (found.length > 0 || answers === 2) winner.resolve(found);
        return;
      } catch (error) {
        failure = error;
        if (signal.aborted) return;
      }
    }
  };
  const askBoth = async (): Promise<void> => {
    await Promise.all([askNext(), askNext()]);
    if (answers > 0) winner.resolve([]);
    else
      winner.reject(
        signal.aborted ? signal.reason : (failure ?? new NetworkError("offline", "no supernode is connected")),
      );
  };
  void askBoth();
  const cancel = clock.at(clock.now() + HEDGE_AFTER_MS, () => void askNext());
  try {
    return await winner.promise;
  } finally {
    cancel();
  }
}
