import type { Connection } from "@libp2p/interface";
import { NetworkError } from "@skein/core";
import {
  INDEX_PROTOCOL,
  INDEX_PROTOCOL_1,
  type IndexRefusal,
  type IndexReply,
  type IndexRequest,
  indexReply,
  indexRequest,
  isSince2,
} from "@skein/wire";
import { INDEX_REQUEST_TIMEOUT_MS, MAX_INDEX_REQUESTS_IN_FLIGHT } from "./defaults.ts";
import { openFrames } from "./frames.ts";
import { toNetworkError } from "./network-errors.ts";
import { MAX_INDEX_FRAME_BYTES } from "./specification.ts";

type WithoutId<Request> = Request extends unknown ? Omit<Request, "id"> : never;

/** What can be asked of a supernode. */
export type Question = WithoutId<IndexRequest>;

/** What a supernode answers. */
export type Answer = Extract<IndexReply, { readonly id: number }>;

/** What a supernode says unasked; its `ping` is answered here and told to nobody. */
export type Push = Exclude<IndexReply, Answer | { readonly kind: "ping" }>;

/** A supernode said no. */
export class SupernodeRefusal extends NetworkError {
  readonly reason: IndexRefusal;
  /** It asked to be left alone for so long, ms. */
  readonly retryAfterMs: number | undefined;

  constructor({ reason, retryAfterMs }: { readonly reason: IndexRefusal; readonly retryAfterMs?: number | undefined }) {
    super("refused", `the supernode refused: ${reason}`);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The id of a request that wants no answer. */
const UNANSWERED = 0;

/** Our half of one index stream. */
export interface IndexClient {
  /** What the supernode speaks: builds before 0.2 speak 1. */
  readonly version: 1 | 2;
  /**
   * Asks; rejects `refused`, `unsupported` (a kind that came with version 2, and this is 1), `offline` (the stream ended, or
   * no answer in time) or the abort reason; and `unsupported` where one version was taken for granted that it does not speak.
   */
  ask(question: Question, signal?: AbortSignal): Promise<Answer>;
  close(): Promise<void>;
}

/**
 * Opens the index protocol on a connection to a supernode. `onPush` hears what it pushes; `onEnd` hears once that the
 * stream is over, whoever ended it, and why; `onHeard` hears of every frame. A `ping` is answered with a `here` that wants no answer.
 *
 * With one version in `versions` nothing is negotiated, which saves a round trip: what is asked goes along with the opening.
 */
export async function openIndexClient(
  connection: Connection,
  handlers: {
    readonly onPush: (push: Push) => void;
    readonly onEnd: (reason: NetworkError) => void;
    readonly onHeard?: () => void;
    /** It was asked for a sign of life, gave one, and says that it leaves: its ad. */
    readonly onLeaving?: (ads: readonly Uint8Array[]) => void;
  },
  signal: AbortSignal,
  versions: readonly (typeof INDEX_PROTOCOL | typeof INDEX_PROTOCOL_1)[] = [INDEX_PROTOCOL, INDEX_PROTOCOL_1],
): Promise<IndexClient> {
  const stream = await connection.newStream([...versions], { signal });
  const frames = openFrames(stream, MAX_INDEX_FRAME_BYTES);
  const waiting = new Map<number, PromiseWithResolvers<Answer>>();
  let nextId = 1;

  const end = (cause: unknown): void => {
    const reason = toNetworkError(cause);
    const away =
      reason.code === "unsupported"
        ? reason
        : new NetworkError("offline", "the supernode went away", { cause: reason });
    for (const each of waiting.values()) each.reject(away);
    waiting.clear();
    handlers.onEnd(reason);
  };
  const take = (reply: IndexReply): void => {
    if (!("id" in reply)) {
      if (reply.kind === "ping") answerPing();
      else handlers.onPush(reply);
    } else if (reply.id !== UNANSWERED) waiting.get(reply.id)?.resolve(reply);
    else if (reply.kind === "ads") handlers.onLeaving?.(reply.ads);
  };
  const read = async (): Promise<void> => {
    for await (const frame of frames.incoming) {
      handlers.onHeard?.();
      const reply = indexReply.decode(frame);
      if (!reply.ok) throw new NetworkError("refused", `the supernode speaks another language: ${reply.reason}`);
      take(reply.value);
    }
  };
  const answerPing = (): void => {
    const here = indexRequest.encode({ kind: "here", id: UNANSWERED });
    frames.send(here).catch(() => {});
  };
  const version = stream.protocol === INDEX_PROTOCOL_1 ? 1 : 2;
  const ask: IndexClient["ask"] = async (question, signal) => {
    if (version === 1 && isSince2(question))
      throw new NetworkError("unsupported", `the supernode is too old for "${question.kind}"`);
    if (waiting.size >= MAX_INDEX_REQUESTS_IN_FLIGHT)
      throw new NetworkError("refused", "too many requests are under way");
    signal?.throwIfAborted();
    const id = nextId++;
    const answer = Promise.withResolvers<Answer>();
    const timer = setTimeout(
      () => answer.reject(new NetworkError("offline", "the supernode did not answer in time")),
      INDEX_REQUEST_TIMEOUT_MS,
    );
    const abort = (): void => answer.reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    waiting.set(id, answer);
    try {
      const [reply] = await Promise.all([answer.promise, frames.send(indexRequest.encode({ ...question, id }))]);
      if (reply.kind === "refused") throw new SupernodeRefusal(reply);
      return reply;
    } finally {
      waiting.delete(id);
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  };
  read()
    .then(() => end(new Error("it ended the stream")), end)
    .finally(() => frames.end());

  return { version, ask, close: () => frames.end() };
}
