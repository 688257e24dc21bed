import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { type Clock, pause } from "@skein/core";
import * as v from "valibot";
import { systemEnvironment } from "./commands.ts";
import { LabError } from "./requirements.ts";

/** An address and a port, as a socket sees the other end. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** A packet that arrived. */
export interface Heard {
  readonly from: Endpoint;
  readonly text: string;
}

/** One packet of a train that arrived: how long it took one way, and when it came, by the clock of this machine. */
export interface TrainArrival {
  readonly sequence: number;
  readonly delayUs: number;
  readonly atUs: number;
}

/** A row of packets. */
export interface Train {
  readonly count: number;
  readonly gapUs: number;
  /** Of the UDP payload. */
  readonly sizeBytes: number;
}

/** A UDP socket inside a namespace. */
export interface ProbeSocket {
  readonly port: number;
  send(to: Endpoint, text: string): void;
  /** Sends a row of packets; resolves when the last has left. */
  sendTrain(to: Endpoint, train: Train): Promise<void>;
  /** The train packets that arrived since the last call. */
  takeArrivals(): Promise<readonly TrainArrival[]>;
  /** Resolves with the first packet, already here or yet to come, that fits; undefined after `withinMs`, or when the probe ends. */
  hear(fits: (heard: Heard) => boolean, withinMs: number): Promise<Heard | undefined>;
  close(): void;
}

/** One process that holds sockets in many namespaces (apps/lab/native/nsprobe.c). */
export interface Prober {
  /** Port 0: any. */
  open(namespace: string, at: Endpoint): Promise<ProbeSocket>;
  /** Accepts TCP connections there and closes them at once. */
  listen(namespace: string, at: Endpoint): Promise<void>;
  /** Whether a TCP connection opens within the time. */
  connects(namespace: string, to: Endpoint, withinMs: number): Promise<"open" | "refused" | "failed" | "silent">;
  close(): Promise<void>;
}

const happeningSchema = v.union([
  v.object({ opened: v.number(), port: v.number() }),
  v.object({ connected: v.number(), result: v.picklist(["open", "refused", "failed"]) }),
  v.object({ heard: v.number(), from: v.string(), port: v.number(), text: v.string() }),
  v.object({ sent: v.number(), count: v.number() }),
  v.object({ tally: v.number(), packets: v.array(v.tuple([v.number(), v.number(), v.number()])) }),
  v.object({ failed: v.number(), why: v.string() }),
]);

type Happening = v.InferOutput<typeof happeningSchema>;
type HappeningOf<Key extends string> = Extract<Happening, { [K in Key]: unknown }>;

const ANSWER_DEADLINE_MS = 10_000;
const MOST_SOCKETS = 1024;
/** Packets a socket keeps for whoever asks later; older ones go. */
const MOST_KEPT = 256;

/** Starts the probe. `signal` ends it. */
export function startProber(
  program: string,
  dependencies: { readonly clock: Clock; readonly signal: AbortSignal },
): Prober {
  const { clock, signal } = dependencies;
  const child = spawn(program, [], { stdio: ["pipe", "pipe", "inherit"], env: systemEnvironment(), signal });
  const watchers = new Set<(happening: Happening) => void>();
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
  child.stdin.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", (line) => {
    const happening = v.parse(happeningSchema, JSON.parse(line));
    for (const watcher of [...watchers]) watcher(happening);
  });
  let nextId = 0;
  const freshId = (): number => {
    if (nextId === MOST_SOCKETS) throw new LabError("the probe has no more sockets; start another");
    nextId += 1;
    return nextId - 1;
  };
  const tell = (line: string): void => void child.stdin.write(`${line}\n`);

  /** The next happening of a kind about a socket. Rejects with LabError: it failed, took too long or the probe ended. */
  function next<Key extends string>(key: Key, id: number, withinMs: number): Promise<HappeningOf<Key>> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        watchers.delete(watch);
        cancel();
      };
      const cancel = clock.at(clock.now() + withinMs, () => {
        settle();
        reject(new LabError(`the probe gave no answer within ${withinMs} ms`));
      });
      const watch = (happening: Happening): void => {
        if ("failed" in happening && happening.failed === id) {
          settle();
          reject(new LabError(`the probe: ${happening.why}`));
        } else if (key in happening && (happening as Record<string, unknown>)[key] === id) {
          settle();
          resolve(happening as HappeningOf<Key>);
        }
      };
      watchers.add(watch);
      void ended.then(() => {
        settle();
        reject(new LabError("the probe has ended"));
      });
    });
  }

  function openedSocket(id: number, port: number): ProbeSocket {
    const kept: Heard[] = [];
    const listeners = new Set<(heard: Heard) => void>();
    const keep = (happening: Happening): void => {
      if (!("heard" in happening) || happening.heard !== id) return;
      const heard = { from: { address: happening.from, port: happening.port }, text: happening.text };
      kept.push(heard);
      if (kept.length > MOST_KEPT) kept.shift();
      for (const listener of [...listeners]) listener(heard);
    };
    watchers.add(keep);
    return {
      port,
      send: (to, text) => tell(`send ${id} ${to.address} ${to.port} ${text}`),
      async sendTrain(to, { count, gapUs, sizeBytes }) {
        const done = next("sent", id, (count * gapUs) / 1000 + ANSWER_DEADLINE_MS);
        tell(`train ${id} ${to.address} ${to.port} ${count} ${gapUs} ${sizeBytes}`);
        await done;
      },
      async takeArrivals() {
        const done = next("tally", id, ANSWER_DEADLINE_MS);
        tell(`tally ${id}`);
        return (await done).packets.map(([sequence, delayUs, atUs]) => ({ sequence, delayUs, atUs }));
      },
      hear(fits, withinMs) {
        const already = kept.find(fits);
        if (already) return Promise.resolve(already);
        return new Promise((resolve) => {
          const settle = (heard: Heard | undefined): void => {
            listeners.delete(listen);
            cancel();
            resolve(heard);
          };
          const listen = (heard: Heard): void => {
            if (fits(heard)) settle(heard);
          };
          const cancel = clock.at(clock.now() + withinMs, () => settle(undefined));
          listeners.add(listen);
          void ended.then(() => settle(undefined));
        });
      },
      close() {
        watchers.delete(keep);
        tell(`close ${id}`);
      },
    };
  }

  async function opened(verb: "udp" | "listen", namespace: string, at: Endpoint) {
    const id = freshId();
    const answer = next("opened", id, ANSWER_DEADLINE_MS);
    tell(`${verb} ${id} /run/netns/${namespace} ${at.address} ${at.port}`);
    return { id, port: (await answer).port };
  }

  return {
    async open(namespace, at) {
      const { id, port } = await opened("udp", namespace, at);
      return openedSocket(id, port);
    },
    async listen(namespace, at) {
      await opened("listen", namespace, at);
    },
    async connects(namespace, to, withinMs) {
      const id = freshId();
      const answer = next("connected", id, withinMs).then(
        ({ result }) => result,
        () => "silent" as const,
      );
      tell(`connect ${id} /run/netns/${namespace} ${to.address} ${to.port}`);
      const result = await answer;
      if (result === "silent") tell(`close ${id}`);
      return result;
    },
    async close() {
      child.stdin.end();
      const deadline = new AbortController();
      void ended.then(() => deadline.abort());
      await pause(clock, ANSWER_DEADLINE_MS, deadline.signal).then(
        () => child.kill("SIGKILL"),
        () => {},
      );
      await ended;
    },
  };
}
