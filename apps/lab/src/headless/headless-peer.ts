import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A line a headless peer wrote; docs/spec/peer.md lists them by `kind`. */
export type PeerLine = { readonly at: number; readonly peer: number; readonly kind: string } & Readonly<
  Record<string, unknown>
>;

/** A running `skein peer`. */
export interface HeadlessPeer {
  readonly name: string;
  /** Its user id and contact link. */
  readonly user: string;
  readonly link: string;
  /** Everything it wrote so far. */
  readonly lines: readonly PeerLine[];
  /** Gives an order and waits for its outcome; rejects with the sentence of a refusal. */
  order(order: Readonly<Record<string, unknown>>): Promise<PeerLine>;
  /** Waits for a line, also among those written since `since` (an index of `lines`; from the start when left out). Rejects with `what` when it does not come. */
  until(what: string, accept: (line: PeerLine) => boolean, since?: number): Promise<PeerLine>;
  /** Ends it; resolves with its exit code when it is gone. */
  close(): Promise<number | null>;
}

/** How a headless peer is started. */
export interface HeadlessOptions {
  readonly name: string;
  /** Address of the page. */
  readonly page: string;
  /** Further flags of `skein peer`. */
  readonly flags?: readonly string[];
  /** What runs Node, e.g. a command that enters a network namespace; left out: Node itself. */
  readonly through?: readonly string[];
}

/** How long a script waits for a line, in ms. Generous: the machine may be busy. */
const PATIENCE_MS = 40_000;

const PROGRAM = fileURLToPath(new URL("../../../supernode/src/main.ts", import.meta.url));

interface Waiting {
  readonly accept: (line: PeerLine) => boolean;
  readonly settle: PromiseWithResolvers<PeerLine>;
}

/** Starts `skein peer` with nothing kept, and waits until it can be told apart. It ends when this process does. */
export async function startHeadlessPeer(options: HeadlessOptions): Promise<HeadlessPeer> {
  const { name, page, flags = [], through = [] } = options;
  const [command = "", ...words] = [...through, process.execPath, PROGRAM, "peer"];
  const child = spawn(command, [...words, "--page", page, "--name", name, "--memory", ...flags], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const lines: PeerLine[] = [];
  const waiting = new Set<Waiting>();
  let complaints = "";
  let tags = 0;
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString("utf8")}`.slice(-2_000);
  });
  child.stdin.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as PeerLine;
    lines.push(line);
    for (const each of [...waiting]) if (each.accept(line)) each.settle.resolve(line);
  });
  const gone = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      for (const { settle } of waiting) settle.reject(new Error(`${name} ended: ${complaints}`));
      resolve(code);
    });
  });

  async function until(what: string, accept: (line: PeerLine) => boolean, since = 0): Promise<PeerLine> {
    const known = lines.slice(since).find(accept);
    if (known !== undefined) return known;
    const each: Waiting = { accept, settle: Promise.withResolvers<PeerLine>() };
    waiting.add(each);
    const timer = setTimeout(() => each.settle.reject(new Error(`${name} waited in vain for ${what}`)), PATIENCE_MS);
    return await each.settle.promise.finally(() => {
      clearTimeout(timer);
      waiting.delete(each);
    });
  }

  async function order(asked: Readonly<Record<string, unknown>>): Promise<PeerLine> {
    tags += 1;
    const tag = `${tags}`;
    const since = lines.length;
    child.stdin.write(`${JSON.stringify({ ...asked, tag })}\n`);
    const line = await until(
      `the outcome of ${JSON.stringify(asked)}`,
      (each) => each.tag === tag || each.kind === "error",
      since,
    );
    if (line.kind === "error" || line.ok === false) throw new Error(`${name}: ${line.sentence ?? line.reason}`);
    return line;
  }

  async function close(): Promise<number | null> {
    child.kill("SIGTERM");
    return await gone;
  }

  try {
    await once(child, "spawn");
    const ready = await until("its start", ({ kind }) => kind === "ready");
    return { name, user: String(ready.user), link: String(ready.link), lines, order, until, close };
  } catch (error) {
    await close();
    throw error;
  }
}
