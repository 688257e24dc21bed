import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { type Mode, systemClock, systemRandom } from "@skein/core";
import type { Account } from "@skein/identity";
import { createPlacements } from "@skein/network-p2p";
import type { Logger } from "pino";
import type { Values } from "../configuration.ts";
import { ConfigurationError } from "../configuration-error.ts";
import type { Daemon } from "../daemon.ts";
import { runEcho } from "./echo.ts";
import type { PageHosts } from "./first-hosts.ts";
import { type HeadlessPeer, type HeadlessPeerDependencies, startHeadlessPeer } from "./headless-peer.ts";
import { isDiscreet, lineOf, type PeerNews } from "./lines.ts";
import { createNativeMedia } from "./native/native-media.ts";
import { obey } from "./obey.ts";
import type { PeerServing, startPeerServing } from "./peer-serving.ts";
import type { peerSettings } from "./peer-settings.ts";
import { servePeerWeb } from "./peer-web.ts";
import { createFrameClock } from "./rtp/frame-clock.ts";
import { watchSession } from "./session-watch.ts";
import { openSound } from "./sound-library.ts";

type PeerValues = Values<typeof peerSettings>;

/** What the program around it gives. */
export interface PeerDaemonDependencies {
  readonly log: Logger;
  readonly input: Readable;
  readonly output: Writable;
  /** What the host of `--page` says. */
  readonly hosts: PageHosts;
  /** Somebody wrote `{"do":"quit"}`, or the input ended. */
  readonly quit: () => void;
}

/** Peers of one process at most: what 2 GB of memory and a core carry. */
const MAX_PEERS = 200;

/** Lines that may wait for a reader of our output, in bytes; more are dropped: a peer must not die of a slow script. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/**
 * Runs headless peers: lines in, lines out. Resolves when all have started; their networks come up by themselves. Rejects
 * with a sentence; nothing runs then.
 */
export async function startPeerDaemon(values: PeerValues, dependencies: PeerDaemonDependencies): Promise<Daemon> {
  checkSettings(values);
  const { hosts, input, output, log } = dependencies;
  const say = (peer: number, news: PeerNews): void => {
    if (values.echo && !isDiscreet(news)) return;
    if (output.writableLength < MAX_WAITING_BYTES) output.write(lineOf(peer, systemClock.now(), news));
  };
  let stopping: "no" | "yes" = "no";
  const closers: (() => Promise<void> | void)[] = [];
  const stop = async (): Promise<void> => {
    stopping = "yes";
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const native = createNativeMedia({
      died: (reason) => {
        log.error({ event: "peer.media-died", reason });
        for (const number of peers.keys()) say(number, { kind: "media-died", reason });
      },
    });
    closers.push(native.close);
    const frames = createFrameClock(systemClock, (error) => log.error({ event: "peer.sound-failed", err: error }));
    const placements = createPlacements({ clock: systemClock });
    const peers = new Map<number, HeadlessPeer>();
    for (const plan of plansOf(values)) {
      const tell = (news: PeerNews): void => say(plan.number, news);
      const shared = { native, frames, clock: systemClock, random: systemRandom, placements, hosts, tell };
      const peer = await startPlanned(plan, values, shared, peers.get(0)?.account);
      peers.set(plan.number, peer);
      closers.push(peer.close, watchSession(peer.session, tell));
      if (values.echo) closers.push(runEcho(peer.session));
      else if (values.answer === "auto") closers.push(takeCalls(peer));
    }
    const { listen, serve, "http-port": port } = values;
    const serving =
      serve === "never"
        ? undefined
        : await beginServing(values, serve, { log, placements, hosts, meter: peers.get(0)?.meter });
    if (serving !== undefined) closers.push(serving.stop);
    const more = serving?.handlers ?? [];
    if (port !== undefined)
      closers.push(await servePeerWeb({ listen, port }, { peers: () => [...peers.values()], log, more }));
    const lines = createInterface({ input });
    lines.on("line", (line) => {
      void obey(line, peers, { say, quit: dependencies.quit });
    });
    // Whoever drives us is gone. One with a health address is a service and needs no driver.
    if (values["http-port"] === undefined)
      lines.once("close", () => {
        if (stopping === "no") dependencies.quit();
      });
    closers.push(() => lines.close());
    return { stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What serves is large: it is loaded by those who serve. */
async function beginServing(...words: Parameters<typeof startPeerServing>): Promise<PeerServing> {
  const { startPeerServing } = await import("./peer-serving.ts");
  return await startPeerServing(...words);
}

function checkSettings({ page, mode, echo, peers, play }: PeerValues): void {
  if (!URL.canParse(page) || !/^https?:$/.test(new URL(page).protocol))
    throw new ConfigurationError(`--page: "${page}" is not an address like http://localhost:8080/`);
  if (mode === "both" && !echo) throw new ConfigurationError("--mode both goes with --echo only");
  if (peers < 1 || peers > MAX_PEERS) throw new ConfigurationError(`--peers: 1 to ${MAX_PEERS} of them`);
  if (mode === "both" && peers > 1) throw new ConfigurationError("--mode both is one peer");
  try {
    openSound(play);
  } catch (error) {
    throw new ConfigurationError(`--play: ${(error as Error).message}`, { cause: error });
  }
}

/** Who is to be started. */
interface Plan {
  readonly number: number;
  readonly mode: Mode;
  readonly name: string;
  /** Its folder below `--data`. */
  readonly folder: string;
}

/** With `both`, one person is on the two networks at once: the same keys, two clients. */
function plansOf({ mode, peers, name }: PeerValues): readonly Plan[] {
  if (mode === "both")
    return [
      { number: 0, mode: "p2p", name, folder: "0" },
      { number: 1, mode: "central", name, folder: join("0", "central") },
    ];
  return Array.from({ length: peers }, (_, number) => ({
    number,
    mode: mode === "central" ? "central" : "p2p",
    name: peers === 1 ? name : `${name} ${number}`,
    folder: `${number}`,
  }));
}

function startPlanned(
  { number, mode, name, folder }: Plan,
  values: PeerValues,
  shared: HeadlessPeerDependencies,
  first: Account | undefined,
): Promise<HeadlessPeer> {
  const { page, memory, data, record, echo, play } = values;
  return startHeadlessPeer(
    {
      number,
      name,
      page,
      mode,
      play: echo ? "echo" : play,
      ...(memory ? {} : { directory: join(data, folder) }),
      ...(record === undefined ? {} : { record }),
      ...(values.mode === "both" && first !== undefined ? { account: first } : {}),
    },
    shared,
  );
}

/** Answers whatever rings: only contacts can. */
function takeCalls({ session }: HeadlessPeer): () => void {
  let answered = "";
  return session.state.subscribe(({ call }) => {
    if (call.kind !== "ringing-in" || call.call === answered) return;
    answered = call.call;
    void session.act({ kind: "answer" });
  });
}
