import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type PeerConversation, speakWith } from "./peer-conversation.ts";

/** A running `skein peer`. */
export interface HeadlessPeer extends Omit<PeerConversation, "end"> {
  readonly name: string;
  /** Its user id and contact link. */
  readonly user: string;
  readonly link: string;
  /** Ends it; resolves with its exit code when it is gone. */
  close(): Promise<number | null>;
  /** Kills it without a word (SIGKILL); resolves when it is gone. */
  kill(): Promise<void>;
}

/** How a headless peer is started. */
export interface HeadlessOptions {
  readonly name: string;
  /** Address of the page. */
  readonly page: string;
  /** Folder it is kept in; left out: nothing is kept. */
  readonly data?: string;
  /** Further flags of `skein peer`. */
  readonly flags?: readonly string[];
  /** What runs Node, e.g. a command that enters a network namespace; left out: Node itself. */
  readonly through?: readonly string[];
}

const PROGRAM = fileURLToPath(new URL("../../../supernode/build/main.js", import.meta.url));

/** Starts `skein peer` and waits until it can be told apart. It ends when this process does. */
export async function startHeadlessPeer(options: HeadlessOptions): Promise<HeadlessPeer> {
  const { name, page, flags = [], through = [] } = options;
  const [command = "", ...words] = [...through, process.execPath, PROGRAM, "peer"];
  const kept = options.data === undefined ? ["--memory"] : ["--data", options.data];
  const child = spawn(command, [...words, "--page", page, "--name", name, ...kept, ...flags], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { lines, order, until, end } = speakWith(name, child.stdin, child.stdout);
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints = `${complaints}${chunk.toString("utf8")}`.slice(-2_000);
  });
  const gone = new Promise<number | null>((resolve) => {
    child.once("close", (code) => {
      end(complaints);
      resolve(code);
    });
  });

  async function close(): Promise<number | null> {
    child.kill("SIGTERM");
    return await gone;
  }

  async function kill(): Promise<void> {
    child.kill("SIGKILL");
    await gone;
  }

  try {
    await once(child, "spawn");
    const ready = await until("its start", ({ kind }) => kind === "ready");
    return { name, user: String(ready.user), link: String(ready.link), lines, order, until, close, kill };
  } catch (error) {
    await close();
    throw error;
  }
}
