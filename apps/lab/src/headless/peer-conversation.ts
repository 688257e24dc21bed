import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

/** A line a headless peer wrote; docs/spec/peer.md lists them by `kind`. */
export type PeerLine = { readonly at: number; readonly peer: number; readonly kind: string } & Readonly<
  Record<string, unknown>
>;

/** Speaking with a headless peer, wherever it runs. */
export interface PeerConversation {
  /** Everything it wrote so far. */
  readonly lines: readonly PeerLine[];
  /** Gives an order and waits for its outcome; rejects with the sentence of a refusal. */
  order(order: Readonly<Record<string, unknown>>): Promise<PeerLine>;
  /** Waits for a line, also among those written since `since` (an index of `lines`; from the start when left out). Rejects with `what` when it does not come. */
  until(what: string, accept: (line: PeerLine) => boolean, since?: number): Promise<PeerLine>;
  /** Rejects all that is waited for: it will write nothing more. */
  end(reason: string): void;
}

/** How long a script waits for a line, in ms. Generous: the machine may be busy, and a host that vanished is missed after 90 s. */
const PATIENCE_MS = 120_000;

interface Waiting {
  readonly accept: (line: PeerLine) => boolean;
  readonly settle: PromiseWithResolvers<PeerLine>;
}

/** Begins to listen to a peer's output and to write to its input. */
export function speakWith(
  name: string,
  input: Writable,
  output: Readable,
  { patienceMs = PATIENCE_MS }: { readonly patienceMs?: number } = {},
): PeerConversation {
  const lines: PeerLine[] = [];
  const waiting = new Set<Waiting>();
  let tags = 0;
  input.on("error", () => {});
  createInterface({ input: output }).on("line", (text) => {
    const line = JSON.parse(text) as PeerLine;
    lines.push(line);
    for (const each of [...waiting]) if (each.accept(line)) each.settle.resolve(line);
  });

  async function until(what: string, accept: (line: PeerLine) => boolean, since = 0): Promise<PeerLine> {
    const known = lines.slice(since).find(accept);
    if (known !== undefined) return known;
    const each: Waiting = { accept, settle: Promise.withResolvers<PeerLine>() };
    waiting.add(each);
    const timer = setTimeout(() => each.settle.reject(new Error(`${name} waited in vain for ${what}`)), patienceMs);
    return await each.settle.promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(each);
    });
  }

  return {
    lines,
    until,
    async order(asked) {
      tags += 1;
      const tag = `${tags}`;
      const since = lines.length;
      input.write(`${JSON.stringify({ ...asked, tag })}\n`);
      const line = await until(
        `the outcome of ${JSON.stringify(asked)}`,
        (each) => each.tag === tag || each.kind === "error",
        since,
      );
      if (line.kind === "error" || line.ok === false) throw new Error(`${name}: ${line.sentence ?? line.reason}`);
      return line;
    },
    end(reason) {
      for (const { settle } of waiting) settle.reject(new Error(`${name} ended: ${reason}`));
    },
  };
}
