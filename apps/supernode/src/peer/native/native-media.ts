import { type ChildProcess, fork } from "node:child_process";
import { MEDIA_PROGRAM } from "../../program-files.ts";
import type { FromNative, NativeFigures, NativeOptions, NativeState, ToNative } from "./native-messages.ts";
import { createPacketBatch } from "./packet-batch.ts";

/** What a connection in the media process tells. */
export interface NativeEvents {
  candidate(text: string): void;
  gathered(): void;
  state(state: NativeState): void;
  packet(bytes: Uint8Array): void;
  /** The media process ended, and every connection in it; nothing more comes. */
  died(reason: string): void;
}

/** A connection in the media process. Each promise rejects with the library's reason, or when the process dies. */
export interface NativeConnection {
  offer(): Promise<string>;
  answer(offer: string): Promise<string>;
  accept(answer: string): Promise<void>;
  addCandidate(text: string): void;
  send(packet: Uint8Array): void;
  figures(): Promise<NativeFigures>;
  close(): void;
}

/** Connections behind a process boundary. */
export interface NativeMedia {
  connect(options: NativeOptions, events: NativeEvents): NativeConnection;
  /** Ends the process with what is in it. Idempotent. */
  close(): void;
}

/** What the media process works with. */
export interface NativeMediaDependencies {
  /** Hears that the process died by itself, and why. The next connection starts another one. */
  readonly died: (reason: string) => void;
  /** The program to start; left out: the real one. */
  readonly program?: string;
}

interface Link {
  readonly child: ChildProcess;
  readonly connections: Map<number, NativeEvents>;
  readonly requests: Map<number, PromiseWithResolvers<unknown>>;
}

/** How many messages may wait for the process before packets are dropped: it hangs, or the machine is far too busy. */
const MAX_WAITING_MESSAGES = 64;

/** Makes the media process with the first connection, and another one after it died. */
export function createNativeMedia(dependencies: NativeMediaDependencies): NativeMedia {
  let link: Link | undefined;
  let last = 0;
  let closed = false;
  const numbered = (): number => {
    last += 1;
    return last;
  };
  const ended = (dead: Link, reason: string): void => {
    if (link === dead) link = undefined;
    const { connections, requests } = dead;
    const events = [...connections.values()];
    connections.clear();
    for (const request of requests.values()) request.reject(new Error(reason));
    requests.clear();
    if (!closed) dependencies.died(reason);
    for (const each of events) each.died(reason);
  };

  return {
    connect(options, events) {
      if (closed) throw new Error("media were closed");
      link ??= startLink(dependencies.program ?? MEDIA_PROGRAM, ended);
      return openConnection(link, numbered, options, events);
    },
    close() {
      closed = true;
      // It ends with its channel; what is under way in it is lost, as is meant.
      if (link?.child.connected === true) link.child.disconnect();
      link = undefined;
    },
  };
}

function startLink(program: string, ended: (link: Link, reason: string) => void): Link {
  const child = fork(program, [], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const link: Link = { child, connections: new Map(), requests: new Map() };
  let words = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    words = `${words}${chunk.toString("utf8")}`.slice(-2_000);
  });
  let over = false;
  const end = (how: string): void => {
    if (over) return;
    over = true;
    ended(link, `the media process ended: ${how}${lastWords(words)}`);
  };
  child.on("error", (error) => end(error.message));
  child.on("close", (code, signal) => end(signal ?? `exit code ${code}`));
  child.on("message", (message) => receive(link, message as FromNative));
  return link;
}

/** Of what it wrote: the line that names an error, not the trace behind it. */
function lastWords(text: string): string {
  const lines = text.trim().split("\n");
  const said = lines.find((line) => /terminate called|error/i.test(line)) ?? lines.at(-1) ?? "";
  return said === "" ? "" : ` (${said.trim().slice(0, 200)})`;
}

function receive({ connections, requests }: Link, message: FromNative): void {
  switch (message.kind) {
    case "ready":
      break;
    case "result":
      requests.get(message.request)?.resolve(message.value);
      requests.delete(message.request);
      break;
    case "refused":
      requests.get(message.request)?.reject(new Error(message.reason));
      requests.delete(message.request);
      break;
    case "packets":
      for (const [id, packet] of message.packets) connections.get(id)?.packet(packet);
      break;
    default:
      tellEvent(connections.get(message.id), message);
  }
}

type ConnectionMessage = Extract<FromNative, { readonly kind: "candidate" | "gathered" | "state" }>;

function tellEvent(events: NativeEvents | undefined, message: ConnectionMessage): void {
  if (message.kind === "candidate") events?.candidate(message.text);
  else if (message.kind === "gathered") events?.gathered();
  else events?.state(message.state);
}

const batches = new WeakMap<Link, ReturnType<typeof createPacketBatch>>();

/** The one batch of a link: packets of all its connections travel together. */
function batchOf(link: Link): ReturnType<typeof createPacketBatch> {
  const known = batches.get(link);
  if (known !== undefined) return known;
  let waiting = 0;
  const batch = createPacketBatch((packets) => {
    if (waiting >= MAX_WAITING_MESSAGES || !link.child.connected) return;
    waiting += 1;
    link.child.send({ kind: "packets", packets } satisfies ToNative, () => {
      waiting -= 1;
    });
  });
  batches.set(link, batch);
  return batch;
}

function openConnection(
  link: Link,
  numbered: () => number,
  options: NativeOptions,
  events: NativeEvents,
): NativeConnection {
  const id = numbered();
  const batch = batchOf(link);
  const tell = (message: ToNative): void => {
    // A process that is gone shows in its `close` event.
    if (link.child.connected) link.child.send(message, () => {});
  };
  async function ask(message: (request: number) => ToNative): Promise<unknown> {
    if (!link.connections.has(id)) throw new Error("the connection is closed");
    const request = numbered();
    const settled = Promise.withResolvers<unknown>();
    link.requests.set(request, settled);
    tell(message(request));
    return await settled.promise;
  }
  link.connections.set(id, events);
  tell({ kind: "open", id, options });
  return {
    offer: async () => (await ask((request) => ({ kind: "offer", id, request }))) as string,
    answer: async (sdp) => (await ask((request) => ({ kind: "answer", id, request, sdp }))) as string,
    accept: async (sdp) => void (await ask((request) => ({ kind: "accept", id, request, sdp }))),
    figures: async () => (await ask((request) => ({ kind: "figures", id, request }))) as NativeFigures,
    addCandidate: (text) => tell({ kind: "candidate", id, text }),
    send: (packet) => batch.add(id, packet),
    close() {
      if (link.connections.delete(id)) tell({ kind: "close", id });
    },
  };
}
